with paired as (
    select
        *,
        case
            when period_end = last_day(period_end) then last_day(period_end - interval 1 year)
            else cast(period_end - interval 1 year as date)
        end as base_end
    from {{ ref('series') }}
    join read_parquet('{{ env_var("BENCH_TABLES") }}/indicator_basis.parquet') as basis using (indicator_id, basis)
    where basis.kind in ('stock', 'flow')
)
select
    paired.entity,
    paired.indicator_id,
    paired.basis,
    paired.period_kind,
    paired.period_end,
    paired.value / base.value - 1 as value
from paired
join {{ ref('series') }} as base
    on base.entity = paired.entity
    and base.indicator_id = paired.indicator_id
    and base.basis = paired.basis
    and base.period_kind = paired.period_kind
    and base.period_end = paired.base_end
where
    base.value > 0
    and (paired.entity = '100000'
        or paired.entity in (select geo_code from read_parquet('{{ env_var("BENCH_TABLES") }}/place.parquet'))
        or paired.entity in (select corridor_id from read_parquet('{{ env_var("BENCH_TABLES") }}/member.parquet')))
