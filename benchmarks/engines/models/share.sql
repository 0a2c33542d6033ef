select
    part.entity,
    part.indicator_id,
    part.basis,
    part.period_kind,
    part.period_end,
    part.value / whole.value as value
from {{ ref('series') }} as part
join read_parquet('{{ env_var("BENCH_TABLES") }}/indicator_basis.parquet') as basis using (indicator_id, basis)
join {{ ref('series') }} as whole
    on whole.entity = '100000'
    and whole.indicator_id = part.indicator_id
    and whole.basis = basis.national_basis
    and whole.period_kind = part.period_kind
    and whole.period_end = part.period_end
where
    (part.entity in (select geo_code from read_parquet('{{ env_var("BENCH_TABLES") }}/place.parquet'))
        or part.entity in (select corridor_id from read_parquet('{{ env_var("BENCH_TABLES") }}/member.parquet')))
    and basis.additive
    and whole.value <> 0
