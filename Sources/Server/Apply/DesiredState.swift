import Credentials
import DefinitionFile
import Model

/// What a file of `claviger apply` says there is to be. A list that it leaves out says nothing.
struct DesiredState: Sendable {
    var resourceServers: DesiredList<DesiredResourceServer>?
    var accounts: DesiredList<DesiredAccount>?
}

/// A list of the file.
struct DesiredList<Item: Sendable>: Sendable {
    let place: FilePlace
    let items: [Item]
}

/// How a thing of the file is found again among what there is: by its identifier where the file has it, else by its name.
struct DesiredHead: Sendable {
    let id: String?
    let name: String
    let places: FieldPlaces
}

/// What a list of the file holds: something that is found again by its head.
protocol DesiredThing: Sendable {
    static var kind: AppliedKind { get }
    var head: DesiredHead { get }
}

struct DesiredResourceServer: DesiredThing {
    static let kind = AppliedKind.resourceServer
    let head: DesiredHead
    let audiences: [String]
}

struct DesiredAccount: DesiredThing {
    static let kind = AppliedKind.account
    let head: DesiredHead
    /// Nil where it is not said, an inner nil for none.
    let plan: String??
    let suspended: Bool?
    /// As with the plan.
    let timeZone: String??
    let content: DesiredContent
}

struct DesiredOrganization: DesiredThing {
    static let kind = AppliedKind.organization
    let head: DesiredHead
    let content: DesiredContent
}

/// What is in an organization.
struct DesiredContent: Sendable {
    let organizations: DesiredList<DesiredOrganization>?
    let members: DesiredList<DesiredMember>?
    let integrations: DesiredList<DesiredIntegration>?
    let apps: DesiredList<DesiredApp>?
}

/// A member is found again by the e-mail address.
struct DesiredMember: Sendable {
    let email: EmailAddress
    let name: String
    let roles: [String]
    let permissions: [String]?
    let isEmailVerified: Bool?
    let places: FieldPlaces
}

struct DesiredIntegration: DesiredThing {
    static let kind = AppliedKind.integration
    let head: DesiredHead
    let edit: IntegrationEdit
}

struct DesiredApp: DesiredThing {
    static let kind = AppliedKind.app
    let head: DesiredHead
    let redirectURIs: [String]
    let scopes: [String]
    let edit: AppEdit
}
