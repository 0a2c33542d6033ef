-- Chosen figures of places and totals of corridors, in one form.
with figure as (
    select geo_code, indicator_id, basis, period_kind, period_end, value
    from read_parquet('{{ env_var("BENCH_TABLES") }}/figure.parquet')
    where round_group = 'any'
),
basis as (
    select * from read_parquet('{{ env_var("BENCH_TABLES") }}/indicator_basis.parquet')
),
member as (
    select corridor_id, geo_code from read_parquet('{{ env_var("BENCH_TABLES") }}/member.parquet')
),
size as (
    select corridor_id, count(*) as members from member group by corridor_id
),
total as (
    select member.corridor_id as entity, indicator_id, basis, period_kind, period_end, sum(value) as value
    from figure
    join member using (geo_code)
    join size on size.corridor_id = member.corridor_id
    join basis using (indicator_id, basis)
    where additive
    group by all
    having count(value) = any_value(size.members)
)
select * from total
union all
select geo_code, indicator_id, basis, period_kind, period_end, value
from figure
where value is not null
