import Model

/// What is to change of a client's secret. Nil leaves it as it is.
struct ClientSecretEdit: Sendable {
    /// Another end for the older of two.
    let expiresAt: Instant?
    /// Whether it is refused until somebody has looked whether it leaked.
    let isQuarantined: Bool?

    init(_ fields: inout Fields) {
        expiresAt = fields.edit("expires_at", .time)
        isQuarantined = fields.edit("quarantined", .flag)
    }
}
