/// Where things are looked for.
package enum Extent: Hashable, Sendable {
    /// In one organization.
    case organization(OrganizationPath)
    /// In an organization and those below it.
    case within(OrganizationPath)

    /// The organization, or the highest of them.
    package var path: OrganizationPath {
        switch self {
        case .organization(let path), .within(let path): path
        }
    }
}
