package import TextForms

/// A place in a JSON text (RFC 6901). Empty is the whole.
package struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// Names of members, or numbers of elements.
    package let tokens: [String]

    package init(tokens: [String]) {
        self.tokens = tokens
    }

    /// Nil for what does not begin with `/`, or has a `~` that stands for nothing.
    package init?(_ text: String) {
        if text.isEmpty {
            tokens = []
            return
        }
        guard text.hasPrefix("/") else { return nil }
        var tokens: [String] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.contains(/~(?![01])/) else { return nil }
            tokens.append(String(part).replacing("~1", with: "/").replacing("~0", with: "~"))
        }
        self.tokens = tokens
    }

    package var description: String {
        tokens.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }

    /// What stands there, nil for nothing.
    package func value(in whole: JSONValue) -> JSONValue? {
        var value = whole
        for token in tokens {
            switch value {
            case .object(let object):
                guard let member = object[token] else { return nil }
                value = member
            case .array(let elements):
                guard token == "0" || !token.hasPrefix("0"), let index = Int(token), elements.indices.contains(index)
                else { return nil }
                value = elements[index]
            case .null, .bool, .integer, .decimal, .string: return nil
            }
        }
        return value
    }

    /// The place `inner` below this one.
    package func appending(_ inner: JSONPointer) -> JSONPointer {
        JSONPointer(tokens: tokens + inner.tokens)
    }
}
