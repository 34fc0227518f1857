import Model
import OAuth
import Policy
import ProductDefinition

extension FieldErrors {
    /// What a form says of a refusal.
    ///
    /// - Throws: The refusal itself, where there is nothing to correct in the form: what does not exist, or one may not.
    init(of refusal: Refusal, _ product: Product) throws(Refusal) {
        switch refusal {
        case .notFound, .forbidden, .presenceRequired, .preconditionFailed: throw refusal
        case .invalid(let problems): self.init(problems)
        case .conflict(let code, let explanation), .limitReached(let code, let explanation):
            self.init([InvalidField("", code, explanation)])
        case .tooOften(let seconds):
            self.init([
                InvalidField("", "too_often", "That was too often. Try again in \(Spans.roughly(seconds)).")
            ])
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
        }
    }
}
