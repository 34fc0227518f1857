/// What there is, as a file can speak of it.
protocol AppliedThing {
    static var appliedKind: AppliedKind { get }
    var appliedID: String { get }
    /// What the file calls it.
    var appliedName: String { get }
    /// All that the file can say of it.
    var appliedFields: [AppliedField] { get }
}
