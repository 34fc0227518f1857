/// What was used up and is presented again: somebody else may have it. The rule by its name, as it stands in the log.
package enum ReuseAlarm: String, Sendable, CaseIterable {
    case code = "code_reuse"
    case refreshToken = "refresh_reuse"
}
