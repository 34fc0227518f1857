import CredentialFormat
package import HTTPServing
package import Model
import Policy

extension AuditEvent {
    /// What the API tells of it.
    package func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("at", at)
        json.member("action", action)
        json.member("target", target)
        json.member("organization_id", organization?.description)
        json.member("actor", actor)
        json.member("request_id", requestID)
        json.member("address", address?.description)
        json.name("details")
        json.object(writeDetails)
    }

    /// What else is known of it, in the order of the names.
    func writeDetails(to json: inout JSONWriter) {
        for (name, value) in details.sorted(by: { $0.key < $1.key }) {
            json.name(name)
            json.string(value)
        }
    }
}
