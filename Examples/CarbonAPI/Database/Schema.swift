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
        /// `PATH` stands for the type of a text that is ordered by its bytes.
        fileprivate let script: String

        func text(on dialect: Dialect) -> String {
            switch dialect {
            case .sqlite: script.replacing("PATH", with: "TEXT COLLATE BINARY")
            case .postgres: script.replacing("PATH", with: "TEXT COLLATE \"C\"").replacing(" INTEGER", with: " BIGINT")
            }
        }
    }

    static let steps: [Step] = [facilities, products]

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
}
