/// A JSON value (RFC 8259). Members of an object keep the order in which they were written.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that 64 bits can hold.
    case integer(Int)
    /// Any other number, as it was written (``WholeNumber`` says what it is worth).
    case decimal(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// The members of a JSON object in their order. Names are unique: the parser refuses a second one.
package struct JSONObject: Hashable, Sendable {
    /// One member.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package let members: [Member]

    package init(_ members: [Member] = []) {
        self.members = members
    }

    /// The value of a member, nil where there is none.
    package subscript(name: String) -> JSONValue? {
        members.first { $0.name == name }?.value
    }
}
