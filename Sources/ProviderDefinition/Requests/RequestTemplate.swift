/// A request to the provider before values are filled in.
package struct RequestTemplate: Sendable, Equatable {
    /// How it is sent.
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    /// Where parameters stand.
    package enum Placement: String, Sendable, CaseIterable {
        case query, form, json
    }

    package let method: Method
    package let address: AddressTemplate
    package let placement: Placement
    package let authentication: RequestAuthentication
    package let parameters: [RequestParameter]
    package let headers: [RequestParameter]
    /// What makes a 2xx a good answer, all of it; empty where the status says it. For providers that answer errors with 200.
    package let accepts: [AnswerCondition]
}
