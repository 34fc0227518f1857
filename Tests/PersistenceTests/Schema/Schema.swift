/// A schema as its engine describes it, in words that both engines share.
struct Schema: Equatable {
    /// The tables, by name. That of the steps themselves is left out: it has one text for both engines.
    var tables: [String: Table] = [:]

    struct Table: Equatable {
        /// In their order.
        var columns: [Column] = []
        var primaryKey: [String] = []
        var foreignKeys: Set<ForeignKey> = []
        var indexes: Set<Index> = []
    }

    struct Column: Hashable {
        let name: String
        /// `integer`, `text`, `bytes`, or what the engine says of anything else.
        let kind: String
        let isNullable: Bool
        let standard: String?
    }

    struct ForeignKey: Hashable {
        let column: String
        let table: String
        let target: String
        let onDelete: String
    }

    struct Index: Hashable {
        let name: String
        let isUnique: Bool
        let columns: [String]
        /// Which rows are in it, nil for all.
        let predicate: String?
    }
}

extension Schema {
    /// An expression without what the engines write around it.
    static func plain(_ expression: String?) -> String? {
        guard var text = expression else { return nil }
        text.replace(/::[a-z]+/, with: "")
        text.replace(/[()']/, with: "")
        return text
    }
}
