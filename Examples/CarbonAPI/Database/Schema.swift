/// What the database holds, in numbered steps that are never edited once somebody has run them.
enum Schema {
    enum Dialect {
        case sqlite
        case postgres
    }

    struct Step: Sendable {
        /// The tables that it makes. Each has a column `organization_path`.
        let tables: [String]
        /// Those that the server looks after for all organizations: jobs, and what expires.
        let upkeep: Set<String>
        /// Those of which rows are shared with other organizations, with the column of the footprint that says so.
        var shared: [String: String] = [:]
        /// `PATH` stands for the type of a text that is ordered by its bytes.
        fileprivate let script: String

        func text(on dialect: Dialect) -> String {
            switch dialect {
            case .sqlite: script.replacing("PATH", with: "TEXT COLLATE BINARY")
            case .postgres: script.replacing("PATH", with: "TEXT COLLATE \"C\"").replacing(" INTEGER", with: " BIGINT")
            }
        }
    }

    static let steps: [Step] = [
        facilities, products, dataSources, exports, footprints, eventOrder, requests, requestOrder, requestWishes,
    ]

    private static let facilities = Step(
        tables: ["organization", "facility", "facility_version"], upkeep: ["organization"],
        script: """
            CREATE TABLE organization (
                organization_path PATH PRIMARY KEY,
                name TEXT NOT NULL,
                root_name TEXT NOT NULL,
                uuid TEXT NOT NULL
            );
            CREATE TABLE facility (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                internal_id TEXT,
                ownership_type TEXT NOT NULL,
                facility_type_id TEXT,
                capacity_unit TEXT NOT NULL,
                parent_id TEXT REFERENCES facility (id) ON DELETE CASCADE,
                inherit_parent_address INTEGER NOT NULL,
                tags TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL
            );
            CREATE INDEX facility_organization ON facility (organization_path);
            CREATE INDEX facility_parent ON facility (parent_id);
            CREATE UNIQUE INDEX facility_internal_id ON facility (organization_path, internal_id);
            CREATE TABLE facility_version (
                id TEXT PRIMARY KEY,
                facility_id TEXT NOT NULL REFERENCES facility (id) ON DELETE CASCADE,
                organization_path PATH NOT NULL,
                effective_date TEXT NOT NULL,
                name TEXT NOT NULL,
                has_address INTEGER NOT NULL,
                address_line1 TEXT,
                address_line2 TEXT,
                postal_code TEXT,
                city TEXT,
                region TEXT,
                country TEXT,
                country_sub TEXT,
                employee_count INTEGER,
                capacity TEXT,
                boundary TEXT NOT NULL,
                is_open INTEGER NOT NULL
            );
            CREATE UNIQUE INDEX facility_version_date ON facility_version (facility_id, effective_date);
            CREATE INDEX facility_version_name ON facility_version (organization_path, name);
            """)

    private static let products = Step(
        tables: ["product", "product_structure", "structure_input"], upkeep: [],
        script: """
            CREATE TABLE product (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                product_key TEXT NOT NULL,
                name TEXT NOT NULL,
                description TEXT,
                category TEXT,
                declared_unit TEXT NOT NULL,
                weight TEXT NOT NULL,
                weight_unit TEXT NOT NULL,
                additional TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL
            );
            CREATE UNIQUE INDEX product_key ON product (organization_path, product_key);
            CREATE TABLE product_structure (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                product_id TEXT NOT NULL REFERENCES product (id) ON DELETE CASCADE,
                facility_id TEXT NOT NULL REFERENCES facility (id),
                facility_name TEXT NOT NULL,
                valid_from TEXT NOT NULL,
                route_description TEXT,
                customer_structure_id TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL
            );
            CREATE INDEX product_structure_product ON product_structure (product_id);
            CREATE INDEX product_structure_facility ON product_structure (facility_id);
            CREATE UNIQUE INDEX product_structure_customer_id
                ON product_structure (organization_path, customer_structure_id);
            CREATE TABLE structure_input (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                product_structure_id TEXT NOT NULL REFERENCES product_structure (id) ON DELETE CASCADE,
                input_code TEXT,
                input_name TEXT NOT NULL,
                input_category TEXT,
                input_sub_category TEXT,
                product_or_packaging TEXT NOT NULL,
                weight TEXT NOT NULL,
                weight_unit TEXT NOT NULL,
                source_country TEXT,
                supplier_country_code TEXT,
                supplier_name TEXT,
                recycle_percentage TEXT,
                downstream_input_type TEXT,
                number_of_uses TEXT,
                additional TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL
            );
            CREATE INDEX structure_input_structure ON structure_input (product_structure_id);
            CREATE INDEX structure_input_organization ON structure_input (organization_path);
            """)

    private static let dataSources = Step(
        tables: ["data_source", "upload", "upload_part", "dataset", "fact", "processed_dataset"],
        upkeep: ["upload", "upload_part", "dataset"],
        script: """
            CREATE TABLE data_source (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                name TEXT NOT NULL,
                user_email TEXT NOT NULL,
                start_date TEXT,
                end_date TEXT,
                update_frequency TEXT,
                methods TEXT NOT NULL,
                activities TEXT NOT NULL,
                created_at INTEGER NOT NULL
            );
            CREATE INDEX data_source_organization ON data_source (organization_path);
            CREATE TABLE upload (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                data_source_id TEXT NOT NULL REFERENCES data_source (id) ON DELETE CASCADE,
                file_id TEXT NOT NULL,
                file_name TEXT NOT NULL,
                user_email TEXT NOT NULL,
                parts TEXT,
                created_at INTEGER NOT NULL
            );
            CREATE INDEX upload_data_source ON upload (data_source_id);
            CREATE INDEX upload_created ON upload (created_at);
            CREATE TABLE upload_part (
                upload_id TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
                number INTEGER NOT NULL,
                organization_path PATH NOT NULL,
                size INTEGER NOT NULL,
                digest TEXT NOT NULL,
                file TEXT NOT NULL,
                range_start INTEGER,
                range_total INTEGER,
                PRIMARY KEY (upload_id, number)
            );
            CREATE TABLE dataset (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                data_source_id TEXT NOT NULL REFERENCES data_source (id) ON DELETE CASCADE,
                file_name TEXT NOT NULL,
                status TEXT NOT NULL,
                files TEXT NOT NULL,
                row_count INTEGER NOT NULL,
                rows_done INTEGER NOT NULL,
                fact_count INTEGER NOT NULL,
                errors TEXT NOT NULL,
                notes TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                ended_at INTEGER
            );
            CREATE INDEX dataset_data_source ON dataset (data_source_id, created_at);
            CREATE INDEX dataset_status ON dataset (status);
            CREATE TABLE fact (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                dataset_id TEXT NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
                calendar_date TEXT NOT NULL,
                financial_year INTEGER NOT NULL,
                cells TEXT NOT NULL
            );
            CREATE INDEX fact_organization ON fact (organization_path, id);
            CREATE INDEX fact_dataset ON fact (dataset_id);
            CREATE TABLE processed_dataset (
                dataset_id TEXT NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
                organization_path PATH NOT NULL,
                PRIMARY KEY (dataset_id, organization_path)
            );
            """)

    private static let exports = Step(
        tables: ["export_job"], upkeep: ["export_job"],
        script: """
            CREATE TABLE export_job (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                status TEXT NOT NULL,
                wish TEXT NOT NULL,
                files TEXT NOT NULL,
                row_count INTEGER NOT NULL,
                problem TEXT,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            );
            CREATE INDEX export_job_organization ON export_job (organization_path);
            CREATE INDEX export_job_status ON export_job (status);
            CREATE INDEX export_job_expiry ON export_job (expires_at);
            """)

    private static let footprints = Step(
        tables: ["footprint", "footprint_term", "footprint_share", "footprint_event"], upkeep: [],
        shared: ["footprint": "id", "footprint_term": "footprint_id", "footprint_share": "footprint_id"],
        script: """
            CREATE TABLE footprint (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                product_id TEXT NOT NULL,
                status TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                valid_start INTEGER NOT NULL,
                valid_end INTEGER NOT NULL,
                body TEXT NOT NULL
            );
            CREATE INDEX footprint_order ON footprint (organization_path, created_at, id);
            CREATE INDEX footprint_product ON footprint (product_id);
            CREATE TABLE footprint_term (
                footprint_id TEXT NOT NULL REFERENCES footprint (id) ON DELETE CASCADE,
                organization_path PATH NOT NULL,
                kind TEXT NOT NULL,
                term TEXT NOT NULL,
                PRIMARY KEY (footprint_id, kind, term)
            );
            CREATE TABLE footprint_share (
                footprint_id TEXT NOT NULL REFERENCES footprint (id) ON DELETE CASCADE,
                organization_path PATH NOT NULL,
                partner TEXT NOT NULL,
                PRIMARY KEY (footprint_id, partner)
            );
            CREATE INDEX footprint_share_partner ON footprint_share (partner);
            CREATE TABLE footprint_event (
                organization_path PATH NOT NULL,
                source TEXT NOT NULL,
                id TEXT NOT NULL,
                type TEXT NOT NULL,
                data TEXT NOT NULL,
                received_at INTEGER NOT NULL,
                PRIMARY KEY (organization_path, source, id)
            );
            """)

    private static let eventOrder = Step(
        tables: [], upkeep: [],
        script: """
            CREATE INDEX footprint_event_received ON footprint_event (organization_path, received_at, source, id);
            """)

    private static let requests = Step(
        tables: ["footprint_request"], upkeep: ["footprint_request"],
        script: """
            ALTER TABLE footprint ADD COLUMN older TEXT;
            CREATE TABLE footprint_request (
                id TEXT PRIMARY KEY,
                organization_path PATH NOT NULL,
                source TEXT NOT NULL,
                event TEXT NOT NULL,
                version TEXT NOT NULL,
                answer TEXT NOT NULL,
                status TEXT NOT NULL,
                attempts INTEGER NOT NULL,
                next_at INTEGER NOT NULL,
                received_at INTEGER NOT NULL
            );
            CREATE UNIQUE INDEX footprint_request_event ON footprint_request (organization_path, source, event);
            CREATE INDEX footprint_request_due ON footprint_request (status, next_at, id);
            """)

    /// What of them waits, what was answered first, and what came too long ago to be remembered.
    private static let requestOrder = Step(
        tables: [], upkeep: [],
        script: """
            CREATE INDEX footprint_request_status ON footprint_request (organization_path, status, received_at, id);
            CREATE INDEX footprint_request_received ON footprint_request (received_at);
            """)

    /// What was asked takes the place of an answer that was made at once. Of that, what was asked cannot be told, so requests that wait are
    /// forgotten: one that is sent again is answered.
    private static let requestWishes = Step(
        tables: [], upkeep: [],
        script: """
            DELETE FROM footprint_request WHERE status = 'WAITING';
            ALTER TABLE footprint_request DROP COLUMN answer;
            ALTER TABLE footprint_request ADD COLUMN asked TEXT NOT NULL DEFAULT 'null';
            ALTER TABLE footprint_request ADD COLUMN base TEXT NOT NULL DEFAULT '';
            """)
}
