/// The templates, compiled in from `Templates`.
package enum PageTemplate: String, Sendable, CaseIterable {
    case account
    case app
    case appSecrets = "app-secrets"
    case consentPreview = "consent-preview"
    case managedConsent = "managed-consent"
    case client
    case contact
    case apps
    case changeEmail = "change-email"
    case changePassword = "change-password"
    case chooseOrganization = "choose-organization"
    case confirmEmail = "confirm-email"
    case consent
    case detail
    case error
    case form
    case forgotPassword = "forgot-password"
    case formPost = "form-post"
    case handOver = "hand-over"
    case list
    case message
    case organizationChoice = "organization-choice"
    case parts
    case pauseNotices = "pause-notices"
    case question
    case reauthenticate
    case recoveryCodes = "recovery-codes"
    case removeApp = "remove-app"
    case secret
    case secondFactor = "second-factor"
    case secondFactorRemoval = "second-factor-removal"
    case secondFactorIntroduction = "second-factor-introduction"
    case secondFactorSetup = "second-factor-setup"
    case secondFactorState = "second-factor-state"
    case setPassword = "set-password"
    case signIn = "sign-in"
    case signOut = "sign-out"
    case accountForm = "account-form"
    case auditLog = "audit-log"
    case confirmationPage = "confirmation-page"
    case editPerson = "edit-person"
    case handOverFromPerson = "hand-over-from-person"
    case keyRing = "key-ring"
    case leftBehind = "left-behind"
    case linkForPerson = "link-for-person"
    case nodes
    case organizationName = "organization-name"
    case overview
    case person
    case productInForce = "product-in-force"
    case removePerson = "remove-person"

    /// As it was written.
    package var source: String {
        switch self {
        case .app: Self.text(PackageResources.app_mustache)
        case .appSecrets: Self.text(PackageResources.app_secrets_mustache)
        case .consentPreview: Self.text(PackageResources.consent_preview_mustache)
        case .managedConsent: Self.text(PackageResources.managed_consent_mustache)
        case .contact: Self.text(PackageResources.contact_mustache)
        case .client: Self.text(PackageResources.client_mustache)
        case .account: Self.text(PackageResources.account_mustache)
        case .apps: Self.text(PackageResources.apps_mustache)
        case .changeEmail: Self.text(PackageResources.change_email_mustache)
        case .changePassword: Self.text(PackageResources.change_password_mustache)
        case .chooseOrganization: Self.text(PackageResources.choose_organization_mustache)
        case .confirmEmail: Self.text(PackageResources.confirm_email_mustache)
        case .consent: Self.text(PackageResources.consent_mustache)
        case .detail: Self.text(PackageResources.detail_mustache)
        case .form: Self.text(PackageResources.form_mustache)
        case .question: Self.text(PackageResources.question_mustache)
        case .secret: Self.text(PackageResources.secret_mustache)
        case .error: Self.text(PackageResources.error_mustache)
        case .forgotPassword: Self.text(PackageResources.forgot_password_mustache)
        case .formPost: Self.text(PackageResources.form_post_mustache)
        case .handOver: Self.text(PackageResources.hand_over_mustache)
        case .list: Self.text(PackageResources.list_mustache)
        case .organizationChoice: Self.text(PackageResources.organization_choice_mustache)
        case .message: Self.text(PackageResources.message_mustache)
        case .parts: Self.text(PackageResources.parts_mustache)
        case .pauseNotices: Self.text(PackageResources.pause_notices_mustache)
        case .reauthenticate: Self.text(PackageResources.reauthenticate_mustache)
        case .recoveryCodes: Self.text(PackageResources.recovery_codes_mustache)
        case .removeApp: Self.text(PackageResources.remove_app_mustache)
        case .secondFactor: Self.text(PackageResources.second_factor_mustache)
        case .secondFactorRemoval: Self.text(PackageResources.second_factor_removal_mustache)
        case .secondFactorIntroduction: Self.text(PackageResources.second_factor_introduction_mustache)
        case .secondFactorSetup: Self.text(PackageResources.second_factor_setup_mustache)
        case .secondFactorState: Self.text(PackageResources.second_factor_state_mustache)
        case .setPassword: Self.text(PackageResources.set_password_mustache)
        case .signIn: Self.text(PackageResources.sign_in_mustache)
        case .signOut: Self.text(PackageResources.sign_out_mustache)
        case .accountForm: Self.text(PackageResources.account_form_mustache)
        case .auditLog: Self.text(PackageResources.audit_log_mustache)
        case .confirmationPage: Self.text(PackageResources.confirmation_page_mustache)
        case .editPerson: Self.text(PackageResources.edit_person_mustache)
        case .handOverFromPerson: Self.text(PackageResources.hand_over_from_person_mustache)
        case .keyRing: Self.text(PackageResources.key_ring_mustache)
        case .leftBehind: Self.text(PackageResources.left_behind_mustache)
        case .linkForPerson: Self.text(PackageResources.link_for_person_mustache)
        case .nodes: Self.text(PackageResources.nodes_mustache)
        case .organizationName: Self.text(PackageResources.organization_name_mustache)
        case .overview: Self.text(PackageResources.overview_mustache)
        case .person: Self.text(PackageResources.person_mustache)
        case .productInForce: Self.text(PackageResources.product_in_force_mustache)
        case .removePerson: Self.text(PackageResources.remove_person_mustache)
        }
    }

    /// What stands around every page.
    static var layout: String { text(PackageResources.layout_mustache) }
    /// Parts that several templates have in common, by the name that they call them.
    static var partials: [String: String] {
        [
            "consent-card": text(PackageResources.consent_card_mustache),
            "badge": text(PackageResources.badge_mustache),
            "brand": text(PackageResources.brand_mustache),
            "chips": text(PackageResources.chips_mustache),
            "code-block": text(PackageResources.code_block_mustache),
            "code-field": text(PackageResources.code_field_mustache),
            "confirmation": text(PackageResources.confirmation_mustache),
            "credential-list": text(PackageResources.credential_list_mustache),
            "crumbs": text(PackageResources.crumbs_mustache),
            "day-bars": text(PackageResources.day_bars_mustache),
            "detail-action": text(PackageResources.detail_action_mustache),
            "email-of-form": text(PackageResources.email_of_form_mustache),
            "empty": text(PackageResources.empty_mustache),
            "facts": text(PackageResources.facts_mustache),
            "field-error": text(PackageResources.field_error_mustache),
            "field-words": text(PackageResources.field_words_mustache),
            "form-item": text(PackageResources.form_item_mustache),
            "icon-check": text(PackageResources.icon_check_mustache),
            "icon-clock": text(PackageResources.icon_clock_mustache),
            "icon-copy": text(PackageResources.icon_copy_mustache),
            "icon-download": text(PackageResources.icon_download_mustache),
            "icon-key": text(PackageResources.icon_key_mustache),
            "icon-plus": text(PackageResources.icon_plus_mustache),
            "icon-search": text(PackageResources.icon_search_mustache),
            "icon-warning": text(PackageResources.icon_warning_mustache),
            "menu-item": text(PackageResources.menu_item_mustache),
            "navigation": text(PackageResources.navigation_mustache),
            "new-password-field": text(PackageResources.new_password_field_mustache),
            "notice": text(PackageResources.notice_mustache),
            "organization-picker": text(PackageResources.organization_picker_mustache),
            "page-head": text(PackageResources.page_head_mustache),
            "paging": text(PackageResources.paging_mustache),
            "recovery-code-list": text(PackageResources.recovery_code_list_mustache),
            "risk-cards": text(PackageResources.risk_cards_mustache),
            "row-menu": text(PackageResources.row_menu_mustache),
            "scope-group": text(PackageResources.scope_group_mustache),
            "second-factor-steps": text(PackageResources.second_factor_steps_mustache),
            "segmented": text(PackageResources.segmented_mustache),
            "shell": text(PackageResources.shell_mustache),
            "tabs": text(PackageResources.tabs_mustache),
        ]
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
