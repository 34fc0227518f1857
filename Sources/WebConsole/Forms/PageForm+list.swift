import CredentialFormat
import Model
import SignIn

extension PageForm {
    /// Which part of a list of organizations a form asks for.
    var organizationListPart: OrganizationListPart {
        OrganizationListPart(search: self["q"], after: self["after"].flatMap { ID<Member>(parsing: $0) })
    }
}

extension Visit {
    /// Which part of a list of organizations an address asks for.
    var organizationListPart: OrganizationListPart {
        OrganizationListPart(search: parameter("q"), after: parameter("after").flatMap { ID<Member>(parsing: $0) })
    }
}
