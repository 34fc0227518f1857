/// What differs between the engines. Whatever is not named here is the same text for both.
package enum Dialect: String, Sendable, CaseIterable {
    case sqlite
    case postgres
}
