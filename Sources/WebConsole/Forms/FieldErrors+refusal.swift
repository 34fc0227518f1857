import Model
import OAuth
import Policy
import ProductDefinition

extension FieldErrors {
    /// What a form says of a refusal, a right that is lacking in the words of the consent page.
    ///
    /// - Throws: The refusal itself, where there is nothing to correct in the form: what does not exist, or one may not, or
    ///   what was changed meanwhile.
    init(of refusal: Refusal, _ product: Product) throws(Refusal) {
        switch refusal {
        case .preconditionFailed: throw refusal
        case .exceedsRights(let permission):
            let words = permission.scope.flatMap { scope in
                ConsentWords(product).describe(ScopeSet([scope]), grantedBefore: .empty).first?
                    .description
            }
            self.init([
                InvalidField(
                    "scopes", "exceeds_rights",
                    "You can’t give what you don’t have yourself: \(words ?? permission.rawValue).")
            ])
        case .notFound, .forbidden, .invalid, .conflict, .limitReached, .presenceRequired, .tooOften:
            try self.init(refusal, shown: [])
        }
    }
}
