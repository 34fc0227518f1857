/// An address in which values of a connection stand, in parts, so that no value can become another part of it.
package struct AddressTemplate: Sendable, Equatable {
    /// Where it leads.
    package enum Origin: Sendable, Equatable {
        /// A host; only variables stand in it, and their patterns bound them.
        case host(TemplateText)
        /// An `https` origin that an answer gave to keep (``TemplateValue/metadata(_:)``), held against the allow-list when used.
        case metadata(String)
    }

    package let origin: Origin
    /// Begins with `/`. Values are escaped; an identifier such as `accounts/12` keeps its slash.
    package let path: TemplateText

    package init(origin: Origin, path: TemplateText) {
        self.origin = origin
        self.path = path
    }
}
