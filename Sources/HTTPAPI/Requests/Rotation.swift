/// What every rotation may be asked: how long the secret before goes on working, and whether to rotate although two work.
struct Rotation: Sendable {
    let overlapSeconds: Int
    let force: Bool

    init(_ body: JSONBody) throws {
        (overlapSeconds, force) = try body.read { fields in
            (fields.optional("overlap_seconds", .wholeNumber) ?? 0, fields.optional("force", .flag) ?? false)
        }
    }
}
