/// Why no request could be made. It says no value.
package enum RequestFailure: Error, Sendable, Equatable {
    /// The connection has no such value.
    case missing(TemplateValue)
    /// A variable has not the form that the file asks for.
    case malformed(TemplateValue)
    /// The address would lead to a host that the file does not list.
    case hostNotAllowed
}
