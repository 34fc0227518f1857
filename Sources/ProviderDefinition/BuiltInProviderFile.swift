/// A provider file that is compiled in (`Providers/`).
package struct BuiltInProviderFile: Sendable {
    package let name: String
    package let text: String

    private init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// All of them. A test holds this list against the folder.
    package static let all: [BuiltInProviderFile] = [
        BuiltInProviderFile("facebook.yaml", PackageResources.facebook_yaml),
        BuiltInProviderFile("github.yaml", PackageResources.github_yaml),
        BuiltInProviderFile("google-business-profile.yaml", PackageResources.google_business_profile_yaml),
        BuiltInProviderFile("hubspot.yaml", PackageResources.hubspot_yaml),
        BuiltInProviderFile("instagram.yaml", PackageResources.instagram_yaml),
        BuiltInProviderFile("linkedin.yaml", PackageResources.linkedin_yaml),
        BuiltInProviderFile("microsoft.yaml", PackageResources.microsoft_yaml),
        BuiltInProviderFile("notion.yaml", PackageResources.notion_yaml),
        BuiltInProviderFile("quickbooks.yaml", PackageResources.quickbooks_yaml),
        BuiltInProviderFile("salesforce.yaml", PackageResources.salesforce_yaml),
        BuiltInProviderFile("shopify.yaml", PackageResources.shopify_yaml),
        BuiltInProviderFile("slack.yaml", PackageResources.slack_yaml),
        BuiltInProviderFile("tiktok-business.yaml", PackageResources.tiktok_business_yaml),
        BuiltInProviderFile("tiktok.yaml", PackageResources.tiktok_yaml),
        BuiltInProviderFile("xero.yaml", PackageResources.xero_yaml),
    ]
}
