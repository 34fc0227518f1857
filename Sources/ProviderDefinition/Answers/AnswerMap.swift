/// Where things stand in an answer with tokens. Of several places the first that has something counts.
package struct AnswerMap: Sendable, Equatable {
    /// How an answer says when something ends.
    package enum ExpiryUnit: String, Sendable, CaseIterable {
        /// From now.
        case seconds = "s"
        case milliseconds = "ms"
        /// Since 1970.
        case epochSeconds = "epoch_s"
        case epochMilliseconds = "epoch_ms"
        case rfc3339
    }

    /// When something ends.
    package struct ExpiryPlace: Sendable, Equatable {
        package let places: [JSONPointer]
        package let unit: ExpiryUnit
        /// Whether 0 stands for no end at all.
        package let zeroIsNever: Bool

        package init(_ places: [JSONPointer], unit: ExpiryUnit = .seconds, zeroIsNever: Bool = false) {
            self.places = places
            self.unit = unit
            self.zeroIsNever = zeroIsNever
        }
    }

    /// Granted scopes: a list of texts, or one text with separators.
    package struct ScopePlace: Sendable, Equatable {
        package let places: [JSONPointer]
        package let separator: String

        package init(_ places: [JSONPointer], separator: String = " ") {
            self.places = places
            self.separator = separator
        }
    }

    package let accessToken: [JSONPointer]
    package let refreshToken: [JSONPointer]
    package let accessExpiry: ExpiryPlace?
    package let refreshExpiry: ExpiryPlace?
    /// When access to data ends although the token lives on: Meta.
    package let dataAccessExpiry: ExpiryPlace?
    package let scope: ScopePlace?
    package let accountIdentifier: [JSONPointer]
    package let accountName: [JSONPointer]
    /// What is kept with the connection, by name.
    package let metadata: [String: [JSONPointer]]

    package init(
        accessToken: [JSONPointer] = [], refreshToken: [JSONPointer] = [], accessExpiry: ExpiryPlace? = nil,
        refreshExpiry: ExpiryPlace? = nil, dataAccessExpiry: ExpiryPlace? = nil, scope: ScopePlace? = nil,
        accountIdentifier: [JSONPointer] = [], accountName: [JSONPointer] = [], metadata: [String: [JSONPointer]] = [:]
    ) {
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.accessExpiry = accessExpiry
        self.refreshExpiry = refreshExpiry
        self.dataAccessExpiry = dataAccessExpiry
        self.scope = scope
        self.accountIdentifier = accountIdentifier
        self.accountName = accountName
        self.metadata = metadata
    }

    /// Whether there is anything in it beside who connected and what they are called.
    package var saysMoreThanWho: Bool {
        !accessToken.isEmpty || !refreshToken.isEmpty || accessExpiry != nil || refreshExpiry != nil
            || dataAccessExpiry != nil || scope != nil || !metadata.isEmpty
    }
}
