import Credentials
import Model

/// `POST …/integrations/several`: up to 100 integrations are disabled, deleted or given an address rule together, all or none; or a dry run of it.
struct ChangeSeveralIntegrations: SeveralEndpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/integrations/several", "changeSeveralIntegrations",
        .permission(.integrationsManage))
    static let kind = StewardedID.Kind.integration
    let api: ManagementAPI
}
