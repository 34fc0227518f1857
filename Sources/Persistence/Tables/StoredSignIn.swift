import CredentialFormat
import Model

// How a sign-in stands in a session, and in what an app was given in it.

extension [SignInMethod] {
    var storedText: String { map(\.rawValue).joined(separator: " ") }
}

extension StoredRow {
    func methods(_ column: Int) throws(StoreError) -> [SignInMethod] {
        let words = try words(column)
        let methods = words.compactMap(SignInMethod.init(rawValue:))
        guard methods.count == words.count else { throw .unreadable("column \(column): no methods") }
        return methods
    }

    /// The session and, in the column behind it, the methods; nil where a version wrote the row that did not keep them.
    func signIn(_ column: Int) throws(StoreError) -> SignInContext? {
        guard !isNull(column), !isNull(column + 1) else { return nil }
        return SignInContext(session: try id(column), methods: try methods(column + 1))
    }
}
