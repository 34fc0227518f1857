extension UploadedPart {
    static let numbers = 1...10_000

    /// Reads the parts that a client counts up. The sample clients send each answer's list as it came, so that there are lists in
    /// the list, and put quotes around digests; both are understood, and what is said twice counts once.
    static func all(in value: JSONValue) throws -> [UploadedPart] {
        let findings = Findings()
        guard let elements = value.asList else {
            throw Refusal.invalid("parts", .required, "a list of parts is expected")
        }
        var parts: Set<UploadedPart> = []
        for (index, element) in elements.flatMap({ $0.asList ?? [$0] }).enumerated() {
            let fields = Fields(element, prefix: "parts[\(index)].", findings)
            let number = fields.integer("PartNumber", required: true, in: numbers)
            let digest = fields.text("ETag", required: true)?.filter { $0 != "\"" }.lowercased()
            if let number, let digest { parts.insert(UploadedPart(number: number, digest: digest)) }
            guard index < numbers.upperBound * 2 else {
                throw Refusal.invalid("parts", .outOfRange, "there are too many parts")
            }
        }
        try findings.check(status: 422)
        return parts.sorted { ($0.number, $0.digest) < ($1.number, $1.digest) }
    }
}
