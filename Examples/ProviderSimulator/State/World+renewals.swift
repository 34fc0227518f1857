extension World {
    /// Uses a refresh token as the provider's rotation has it.
    func renew(_ presented: String?, at provider: ProviderName, client: String) throws(Refused) -> Issued {
        guard let presented else { throw .missing("refresh_token") }
        let (grant, token) = try read(presented, [.refresh], at: provider)
        guard grant.client == client, grant.isOffline else { throw .unknownToken }
        let rules = rules(of: provider)
        let isRepeated = token.serial < grant.refreshSerial && rules.rotation.forbidsRepetition
        do throws(Refused) {
            try live(grant, rules)
            guard token.expires == 0 || now < token.expires else { throw .expired }
        } catch {
            if isRepeated { noteRepetition(presented, token, grant, .refused) }
            throw error
        }
        if isRepeated { return try repetition(presented, token, grant, rules) }
        _ = grant.spend(token.serial, at: now)
        grant.renewedAt = now
        ledger.count(.renewals, of: provider)
        let keeps = strikes(.omitRefreshToken)
        if !keeps, rotates(grant, rules) {
            if !rules.refreshIsFixed { grant.refreshExpires = rules.refreshLife.map { $0 == 0 ? 0 : now + $0 } ?? 0 }
            grant.rotate(at: now)
        }
        return issue(grant, life: rules.accessLife, tellsRefresh: !keeps)
    }

    private func rotates(_ grant: Grant, _ rules: TokenRules) -> Bool {
        switch rules.rotation {
        case .none: false
        case .daily: now - grant.rotatedAt >= 86_400
        case .replaceOldValid, .singleUse, .singleUseGrace, .retainUntilNextUsed, .familyRevokeOnReplay: true
        }
    }

    /// A refresh token that another took the place of is used once more.
    private func repetition(
        _ presented: String, _ token: TokenText, _ grant: Grant, _ rules: TokenRules
    ) throws(Refused) -> Issued {
        let isLast = token.serial == grant.refreshSerial - 1
        let grace: Int? =
            switch rules.rotation {
            case .singleUseGrace(let seconds): seconds
            case .retainUntilNextUsed: 30 * 86_400
            case .none, .replaceOldValid, .singleUse, .familyRevokeOnReplay, .daily: nil
            }
        if let grace, isLast, now - grant.rotatedAt <= grace {
            noteRepetition(presented, token, grant, .answeredAgain)
            ledger.count(.renewals, of: grant.provider)
            return issue(grant, life: rules.accessLife)
        }
        if rules.rotation == .familyRevokeOnReplay {
            grant.ending = .replayed
            noteRepetition(presented, token, grant, .grantEnded)
        } else {
            noteRepetition(presented, token, grant, .refused)
        }
        throw .replayed
    }

    private func noteRepetition(_ presented: String, _ token: TokenText, _ grant: Grant, _ outcome: Ledger.Outcome) {
        let first = grant.spendings[token.serial]
        let spending = grant.spend(token.serial, at: now)
        ledger.note(
            Ledger.DoubleSpend(
                at: now, grant: grant.number, provider: grant.provider, account: grant.account.id, client: grant.client,
                token: presented, count: spending.count, firstUse: first?.at ?? token.issued,
                isAfterLoss: first?.isLost ?? false, who: caller, outcome: outcome))
    }
}
