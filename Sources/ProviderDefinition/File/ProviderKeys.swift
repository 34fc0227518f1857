import DefinitionFile

/// Every key that a provider file may have, one type for each mapping. Any other is an error there.
package enum ProviderKeys {
    enum File: String, CaseIterable {
        case schema, id, title, documentation, vars, hosts, client, authorize, token, steps, renew, lifetimes, schedule,
            health,
            revoke, push, call, errors
    }

    enum Variable: String, CaseIterable {
        case title, `default`, pattern
    }

    enum Client: String, CaseIterable {
        case auth
        case identifierParameter = "id_param"
        case secretParameter = "secret_param"
        case consentIdentifierParameter = "consent_id_param"
    }

    enum Authorize: String, CaseIterable {
        case url, scope, pkce, issuer, params, callback
        case reconnectParams = "reconnect_params"
    }

    enum ScopeParameter: String, CaseIterable {
        case param, sep, `default`
        case userParam = "user_param"
    }

    enum Issuer: String, CaseIterable {
        case required
    }

    enum Callback: String, CaseIterable {
        case code, granted, meta, signature
        case stripSuffix = "strip_suffix"
        case encodedTwice = "encoded_twice"
    }

    /// What every request has.
    enum Request: String, CaseIterable {
        case method, url, auth, send, headers
        case placement = "in"
        case okIf = "ok_if"
    }

    /// What says who asks, where that is no word.
    enum Authentication: String, CaseIterable {
        case header
    }

    /// What a request whose answer has tokens or children has besides.
    enum Answer: String, CaseIterable {
        case unwrap, map, children
    }

    enum Token: String, CaseIterable {
        case require
    }

    enum Step: String, CaseIterable {
        case id, run, next, per
    }

    enum Next: String, CaseIterable {
        case address, token, param
    }

    enum Map: String, CaseIterable {
        case expires, scope, meta
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
        case refreshExpires = "refresh_expires"
        case dataAccessExpires = "data_access_expires"
        case accountIdentifier = "account_id"
        case accountName = "account_name"
    }

    enum Expiry: String, CaseIterable {
        case at, unit
        case zeroIsNever = "zero_is_never"
    }

    enum ScopePlace: String, CaseIterable {
        case at, sep
    }

    enum Children: String, CaseIterable {
        case kind, each, from, id, name, expires, meta, renewed
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
    }

    enum Renew: String, CaseIterable {
        case how, from, rotation, margin
        case minimumAge = "min_age"
        case requiresUnexpired = "requires_unexpired"
        case accessDies = "access_dies"
        case fixedRefreshExpiry = "fixed_refresh_expiry"
        case mayLackRefreshToken = "may_lack_refresh_token"
    }

    enum Rotation: String, CaseIterable {
        case grace
        case retainUntilNextUsed = "retain_until_next_used"
    }

    enum Lifetimes: String, CaseIterable {
        case access, refresh
        case refreshInactivity = "refresh_inactivity"
        case hardCap = "hard_cap"
        case dataAccess = "data_access"
    }

    enum Promise: String, CaseIterable {
        case id, every, before, of, `do`, lazy, reseal
        case maximumAge = "max_age"
    }

    enum Health: String, CaseIterable {
        case every, jitter, step
        case renewWhenStale = "renew_when_stale"
    }

    enum Revoke: String, CaseIterable {
        case blastRadius = "blast_radius"
    }

    enum Push: String, CaseIterable {
        case kind, issuer, keys
    }

    enum Call: String, CaseIterable {
        case token, proof, headers
    }

    enum Carrier: String, CaseIterable {
        case header, query
    }

    enum ErrorRule: String, CaseIterable {
        case when, wait, note
        case errorClass = "class"
    }

    enum Wait: String, CaseIterable {
        case header, form
    }

    /// All of them with what they stand in, such as `renew.rotation`; `*` stands for a name of the file's own, or for an entry of a
    /// list.
    package static var paths: [String] {
        let tops = File.spellings
        let request = Request.spellings
        let answer = request + Answer.spellings
        let places: [(String, [String])] = [
            ("vars.*", Variable.spellings), ("client", Client.spellings), ("authorize", Authorize.spellings),
            ("authorize.issuer", Issuer.spellings), ("authorize.scope", ScopeParameter.spellings),
            ("authorize.callback", Callback.spellings), ("token", answer + Token.spellings),
            ("steps.*", answer + Step.spellings), ("steps.*.next", Next.spellings),
            ("renew", answer + Renew.spellings), ("renew.rotation", Rotation.spellings),
            ("lifetimes", Lifetimes.spellings), ("schedule.*", Promise.spellings),
            ("health", request + Health.spellings), ("revoke", request + Revoke.spellings),
            ("push.*", Push.spellings), ("call", Call.spellings), ("call.token", Carrier.spellings),
            ("errors.*", ErrorRule.spellings), ("errors.*.wait", Wait.spellings),
        ]
        let holders = ["token", "steps.*", "renew"]
        let inner = holders.flatMap { holder in
            [
                ("\(holder).map", Map.spellings), ("\(holder).map.scope", ScopePlace.spellings),
                ("\(holder).children", Children.spellings),
                ("\(holder).children.expires", Expiry.spellings),
            ]
                + ["expires", "refresh_expires", "data_access_expires"].map {
                    ("\(holder).map.\($0)", Expiry.spellings)
                }
        }
        let authentications = (holders + ["health", "revoke"]).map { ("\($0).auth", Authentication.spellings) }
        return tops + (places + inner + authentications).flatMap { place, keys in keys.map { "\(place).\($0)" } }
    }
}
