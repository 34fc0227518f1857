extension Migration {
    /// ``migration0003`` for PostgreSQL, under the rules of ``migration0001Postgres``. When a session was last seen is
    /// written over and over.
    static let migration0003Postgres = """
        CREATE TABLE app (
            id BYTEA NOT NULL PRIMARY KEY,
            organization_id BYTEA NOT NULL REFERENCES organization (id),
            account_id BYTEA NOT NULL,
            name TEXT COLLATE "C" NOT NULL,
            availability TEXT COLLATE "C" NOT NULL,
            authentication TEXT COLLATE "C" NOT NULL,
            redirect_uris TEXT COLLATE "C" NOT NULL,
            signed_out_uris TEXT COLLATE "C" NOT NULL,
            scopes TEXT COLLATE "C" NOT NULL,
            logo TEXT COLLATE "C",
            homepage TEXT COLLATE "C",
            policy TEXT COLLATE "C",
            terms TEXT COLLATE "C",
            access_token_seconds BIGINT,
            refresh_token_seconds BIGINT,
            token_format TEXT COLLATE "C" NOT NULL,
            id_token_algorithm TEXT COLLATE "C" NOT NULL,
            created_at BIGINT NOT NULL,
            created_by TEXT COLLATE "C" NOT NULL,
            revision BIGINT NOT NULL
        );
        CREATE INDEX app_organization ON app (organization_id, id);
        CREATE INDEX app_account ON app (account_id);

        CREATE TABLE user_grant (
            id BYTEA NOT NULL PRIMARY KEY,
            app_id BYTEA NOT NULL REFERENCES app (id) ON DELETE CASCADE,
            member_id BYTEA NOT NULL REFERENCES member (id) ON DELETE CASCADE,
            organization_id BYTEA NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
            scopes TEXT COLLATE "C" NOT NULL,
            created_at BIGINT NOT NULL,
            consented_at BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX user_grant_whole ON user_grant (member_id, app_id, organization_id);
        CREATE INDEX user_grant_organization ON user_grant (organization_id, id);
        CREATE INDEX user_grant_app ON user_grant (app_id);

        CREATE TABLE refresh_lineage (
            id BYTEA NOT NULL PRIMARY KEY,
            grant_id BYTEA NOT NULL REFERENCES user_grant (id) ON DELETE CASCADE,
            app_id BYTEA NOT NULL,
            scopes TEXT COLLATE "C" NOT NULL,
            resource TEXT COLLATE "C",
            authenticated_at BIGINT NOT NULL,
            generation BIGINT NOT NULL,
            digest BYTEA NOT NULL,
            pepper BIGINT NOT NULL,
            rotated_at BIGINT,
            rotation_request BYTEA,
            sealed_reply BYTEA,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            ends_at BIGINT NOT NULL
        );
        CREATE INDEX refresh_lineage_grant ON refresh_lineage (grant_id, id);
        CREATE INDEX refresh_lineage_expiry ON refresh_lineage (expires_at);

        CREATE TABLE authorization_code (
            digest BYTEA NOT NULL PRIMARY KEY,
            pepper BIGINT NOT NULL,
            grant_id BYTEA NOT NULL REFERENCES user_grant (id) ON DELETE CASCADE,
            app_id BYTEA NOT NULL,
            redirect_uri TEXT COLLATE "C",
            code_challenge TEXT COLLATE "C",
            scopes TEXT COLLATE "C" NOT NULL,
            resource TEXT COLLATE "C",
            nonce TEXT COLLATE "C",
            authenticated_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            used_at BIGINT,
            lineage_id BYTEA
        );
        CREATE INDEX authorization_code_grant ON authorization_code (grant_id);
        CREATE INDEX authorization_code_expiry ON authorization_code (expires_at);

        CREATE TABLE member_session (
            id BYTEA NOT NULL PRIMARY KEY,
            digest BYTEA NOT NULL,
            pepper BIGINT NOT NULL,
            member_id BYTEA NOT NULL REFERENCES member (id) ON DELETE CASCADE,
            methods TEXT COLLATE "C" NOT NULL,
            permissions TEXT COLLATE "C",
            scopes TEXT COLLATE "C",
            return_url TEXT COLLATE "C",
            address TEXT COLLATE "C",
            user_agent TEXT COLLATE "C",
            created_at BIGINT NOT NULL,
            secret_at BIGINT NOT NULL,
            authenticated_at BIGINT NOT NULL,
            seen_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL
        ) WITH (fillfactor = 80);
        CREATE UNIQUE INDEX member_session_digest ON member_session (digest);
        CREATE INDEX member_session_member ON member_session (member_id, id);
        CREATE INDEX member_session_expiry ON member_session (expires_at);

        CREATE TABLE second_factor (
            member_id BYTEA NOT NULL PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
            sealed BYTEA NOT NULL,
            created_at BIGINT NOT NULL,
            last_step BIGINT NOT NULL
        );

        CREATE TABLE recovery_code (
            member_id BYTEA NOT NULL REFERENCES member (id) ON DELETE CASCADE,
            digest BYTEA NOT NULL,
            pepper BIGINT NOT NULL,
            PRIMARY KEY (member_id, digest)
        );

        CREATE TABLE one_time_link (
            id BYTEA NOT NULL PRIMARY KEY,
            digest BYTEA NOT NULL,
            pepper BIGINT NOT NULL,
            purpose TEXT COLLATE "C" NOT NULL,
            member_id BYTEA NOT NULL REFERENCES member (id) ON DELETE CASCADE,
            permissions TEXT COLLATE "C",
            scopes TEXT COLLATE "C",
            return_url TEXT COLLATE "C",
            created_at BIGINT NOT NULL,
            created_by TEXT COLLATE "C" NOT NULL,
            expires_at BIGINT NOT NULL,
            used_at BIGINT
        );
        CREATE UNIQUE INDEX one_time_link_digest ON one_time_link (digest);
        CREATE INDEX one_time_link_member ON one_time_link (member_id, id);
        CREATE INDEX one_time_link_expiry ON one_time_link (expires_at);

        CREATE TABLE sign_in_attempts (
            bucket BYTEA NOT NULL PRIMARY KEY,
            failures BIGINT NOT NULL,
            last_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL
        );
        CREATE INDEX sign_in_attempts_expiry ON sign_in_attempts (expires_at);
        """
}
