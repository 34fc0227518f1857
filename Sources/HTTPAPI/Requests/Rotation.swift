/// What every rotation may be asked: how long the secret before goes on working, and whether to rotate although two work.
struct Rotation: Sendable {
    let overlapSeconds: Int
    let force: Bool

    static func input(_ body: JSONBody) throws -> Input<Rotation> {
        try body.input { Rotation(&$0) }
    }

    init(_ fields: inout Fields) {
        overlapSeconds = fields.optional("overlap_seconds", .wholeNumber) ?? 0
        force = fields.force()
    }
}
