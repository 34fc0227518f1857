/// A provider as switches, rules and the ledger name it.
enum ProviderName: String, CaseIterable, Sendable {
    case facebook
    case instagram
    case google
    case tiktok
    case tiktokBusiness = "tiktok-business"
    case tiktokAdvertiser = "tiktok-advertiser"
    case github
    case slack
    case microsoft
    case salesforce
    case hubspot
    case shopify
    case linkedin
    case xero
    case quickbooks
    case notion

    /// As people read it.
    var title: String {
        switch self {
        case .facebook: "Facebook"
        case .instagram: "Instagram"
        case .google: "Google"
        case .tiktok: "TikTok"
        case .tiktokBusiness: "TikTok for Business"
        case .tiktokAdvertiser: "TikTok Ads"
        case .github: "GitHub"
        case .slack: "Slack"
        case .microsoft: "Microsoft"
        case .salesforce: "Salesforce"
        case .hubspot: "HubSpot"
        case .shopify: "Shopify"
        case .linkedin: "LinkedIn"
        case .xero: "Xero"
        case .quickbooks: "QuickBooks"
        case .notion: "Notion"
        }
    }
}
