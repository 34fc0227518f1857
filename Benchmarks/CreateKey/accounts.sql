-- The accounts into which pgbench creates API keys: those with the numbers 1 to :accounts, beside the others of a database
-- that a server has set up.
INSERT INTO organization (id, account_id, parent_id, path, name, created_at, revision)
    SELECT int8send(0) || int8send(number), int8send(0) || int8send(number), NULL, 'bench_' || number, 'Bench', 0, 1
    FROM generate_series(1, :accounts) AS number;
INSERT INTO account (organization_id, plan, suspended_at, is_operator, revision)
    SELECT int8send(0) || int8send(number), NULL, NULL, 0, 1 FROM generate_series(1, :accounts) AS number;
ANALYZE organization, account;
