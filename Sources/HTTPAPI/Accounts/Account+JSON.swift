import HTTPServing
import Model
import ProductDefinition

extension Account {
    /// What the API tells of it.
    ///
    /// - Parameter product: Whose plans there are.
    func write(to json: inout JSONWriter, _ product: Product) {
        json.member("id", id)
        json.member("name", organization.name)
        json.member("plan", plan)
        json.member("features", product.plans.features(ofPlan: plan, isOperator: isOperator).map(\.rawValue).sorted())
        json.member("time_zone", timeZone)
        json.member("suspended_at", suspendedAt)
        json.member("operator", isOperator)
        json.member("created_at", organization.createdAt)
        json.member("revision", revision)
    }
}
