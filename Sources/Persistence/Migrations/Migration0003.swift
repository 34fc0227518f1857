extension Migration {
    /// Acting for a user: apps, what users granted them, codes and refresh lineages; sessions, second factors, one-time
    /// links and failed attempts of members who sign in.
    ///
    /// What hangs on a member, a grant or an app goes with it.
    static let migration0003 = Migration(
        number: 3, name: "apps, grants and sign-in",
        sqlite: """
            CREATE TABLE app (
                id BLOB NOT NULL PRIMARY KEY,
                organization_id BLOB NOT NULL REFERENCES organization (id),
                account_id BLOB NOT NULL,
                name TEXT NOT NULL,
                availability TEXT NOT NULL,
                authentication TEXT NOT NULL,
                redirect_uris TEXT NOT NULL,
                signed_out_uris TEXT NOT NULL,
                scopes TEXT NOT NULL,
                logo TEXT,
                homepage TEXT,
                policy TEXT,
                terms TEXT,
                access_token_seconds INTEGER,
                refresh_token_seconds INTEGER,
                token_format TEXT NOT NULL,
                id_token_algorithm TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                created_by TEXT NOT NULL,
                revision INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX app_organization ON app (organization_id, id);
            CREATE INDEX app_account ON app (account_id);

            CREATE TABLE user_grant (
                id BLOB NOT NULL PRIMARY KEY,
                app_id BLOB NOT NULL REFERENCES app (id) ON DELETE CASCADE,
                member_id BLOB NOT NULL REFERENCES member (id) ON DELETE CASCADE,
                organization_id BLOB NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
                scopes TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                consented_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX user_grant_whole ON user_grant (member_id, app_id, organization_id);
            CREATE INDEX user_grant_organization ON user_grant (organization_id, id);
            CREATE INDEX user_grant_app ON user_grant (app_id);

            CREATE TABLE refresh_lineage (
                id BLOB NOT NULL PRIMARY KEY,
                grant_id BLOB NOT NULL REFERENCES user_grant (id) ON DELETE CASCADE,
                app_id BLOB NOT NULL,
                scopes TEXT NOT NULL,
                resource TEXT,
                authenticated_at INTEGER NOT NULL,
                generation INTEGER NOT NULL,
                digest BLOB NOT NULL,
                pepper INTEGER NOT NULL,
                rotated_at INTEGER,
                rotation_request BLOB,
                sealed_reply BLOB,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                ends_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX refresh_lineage_grant ON refresh_lineage (grant_id, id);
            CREATE INDEX refresh_lineage_expiry ON refresh_lineage (expires_at);

            CREATE TABLE authorization_code (
                digest BLOB NOT NULL PRIMARY KEY,
                pepper INTEGER NOT NULL,
                grant_id BLOB NOT NULL REFERENCES user_grant (id) ON DELETE CASCADE,
                app_id BLOB NOT NULL,
                redirect_uri TEXT,
                code_challenge TEXT,
                scopes TEXT NOT NULL,
                resource TEXT,
                nonce TEXT,
                authenticated_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                used_at INTEGER,
                lineage_id BLOB
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX authorization_code_grant ON authorization_code (grant_id);
            CREATE INDEX authorization_code_expiry ON authorization_code (expires_at);

            CREATE TABLE member_session (
                id BLOB NOT NULL PRIMARY KEY,
                digest BLOB NOT NULL,
                pepper INTEGER NOT NULL,
                member_id BLOB NOT NULL REFERENCES member (id) ON DELETE CASCADE,
                methods TEXT NOT NULL,
                permissions TEXT,
                scopes TEXT,
                return_url TEXT,
                address TEXT,
                user_agent TEXT,
                created_at INTEGER NOT NULL,
                secret_at INTEGER NOT NULL,
                authenticated_at INTEGER NOT NULL,
                seen_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX member_session_digest ON member_session (digest);
            CREATE INDEX member_session_member ON member_session (member_id, id);
            CREATE INDEX member_session_expiry ON member_session (expires_at);

            CREATE TABLE second_factor (
                member_id BLOB NOT NULL PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
                sealed BLOB NOT NULL,
                created_at INTEGER NOT NULL,
                last_step INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE recovery_code (
                member_id BLOB NOT NULL REFERENCES member (id) ON DELETE CASCADE,
                digest BLOB NOT NULL,
                pepper INTEGER NOT NULL,
                PRIMARY KEY (member_id, digest)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE one_time_link (
                id BLOB NOT NULL PRIMARY KEY,
                digest BLOB NOT NULL,
                pepper INTEGER NOT NULL,
                purpose TEXT NOT NULL,
                member_id BLOB NOT NULL REFERENCES member (id) ON DELETE CASCADE,
                permissions TEXT,
                scopes TEXT,
                return_url TEXT,
                created_at INTEGER NOT NULL,
                created_by TEXT NOT NULL,
                expires_at INTEGER NOT NULL,
                used_at INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX one_time_link_digest ON one_time_link (digest);
            CREATE INDEX one_time_link_member ON one_time_link (member_id, id);
            CREATE INDEX one_time_link_expiry ON one_time_link (expires_at);

            CREATE TABLE sign_in_attempts (
                bucket BLOB NOT NULL PRIMARY KEY,
                failures INTEGER NOT NULL,
                last_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX sign_in_attempts_expiry ON sign_in_attempts (expires_at);
            """,
        postgres: migration0003Postgres
    )
}
