/// The body of the rotation of an integration's secret: that of every ``Rotation``, and what becomes of the access tokens.
struct IntegrationRotation: Sendable {
    let rotation: Rotation
    /// Whether the access tokens that were issued before end with it.
    let endsTokens: Bool

    static func input(_ body: JSONBody) throws -> Input<IntegrationRotation> {
        try body.input { IntegrationRotation(&$0) }
    }

    private init(_ fields: inout Fields) {
        rotation = Rotation(&fields)
        endsTokens = fields.optional("end_tokens", .flag) ?? false
    }
}
