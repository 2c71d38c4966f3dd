SELECT task_key, count(*) AS runs, sum(state_type = 'FAILED') AS failed, max(total_run_time) AS slowest
FROM v_task_run GROUP BY task_key ORDER BY slowest DESC LIMIT 10;
