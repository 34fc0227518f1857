import Credentials
import Model

/// `POST …/apps/several`: up to 100 apps are disabled or deleted together, all or none; or a dry run of it.
struct ChangeSeveralApps: SeveralEndpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/apps/several", "changeSeveralApps", .permission(.appsManage))
    static let kind = StewardedID.Kind.app
    let api: ManagementAPI
}
