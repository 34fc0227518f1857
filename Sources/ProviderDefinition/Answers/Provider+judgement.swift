package import TextForms

extension Provider {
    /// What an answer means: the file's rules first, then those of RFC 6749, then the status.
    ///
    /// - Parameters:
    ///   - request: What was asked.
    ///   - purpose: What for.
    package func judge(
        _ answer: ProviderAnswer, to request: RequestTemplate, for purpose: RequestPurpose
    ) -> AnswerJudgement {
        judge(answer, saying: answer.value, to: request, for: purpose)
    }

    /// The same for who has read the answer already.
    ///
    /// - Parameter body: What ``ProviderAnswer/value`` is.
    package func judge(
        _ answer: ProviderAnswer, saying body: JSONValue?, to request: RequestTemplate, for purpose: RequestPurpose
    ) -> AnswerJudgement {
        judge(answer, saying: body, accepts: request.accepts, for: purpose)
    }

    /// What the answer to a call of somebody else means, by status and the file's rules.
    package func judgeCall(_ answer: ProviderAnswer) -> AnswerJudgement {
        judge(answer, saying: answer.value, accepts: [], for: .use)
    }

    private func judge(
        _ answer: ProviderAnswer, saying body: JSONValue?, accepts: [AnswerCondition], for purpose: RequestPurpose
    ) -> AnswerJudgement {
        if (200...299).contains(answer.status) {
            let mustBeRead = !accepts.isEmpty || purpose == .token
            guard body != nil || !mustBeRead else { return .failure(answer.failure(.retry, code: "unreadable")) }
            if accepts.allSatisfy({ $0.holds(status: answer.status, body: body) }) { return .success }
        }
        for rule in errors + ErrorRule.standard
        where rule.conditions.allSatisfy({ $0.holds(status: answer.status, body: body) }) {
            let codes = body.map { body in rule.conditions.compactMap { $0.code(in: body) } } ?? []
            let code = codes.joined(separator: "/")
            return .failure(
                answer.failure(
                    rule.errorClass, code: code.isEmpty ? nil : String(code.prefix(64)), waitHint: rule.waitHint,
                    note: rule.note))
        }
        return .failure(answer.failure(unnamedIn: body, for: purpose))
    }
}

extension ErrorRule {
    /// What errors mean that no rule of the file names (RFC 6749 §5.2).
    ///
    /// `invalid_grant` counts only after the connection was read again: whoever lost a race to renew it is told the same.
    package static let standard: [ErrorRule] = [
        ErrorRule([AnswerCondition(.error, .isOne(of: [.text("invalid_grant")]))], .reauthRequired),
        ErrorRule(
            [
                AnswerCondition(
                    .error,
                    .isOne(
                        of: ["invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"]
                            .map(AnswerCondition.Expected.text)))
            ], .configError),
        ErrorRule(
            [
                AnswerCondition(
                    .error, .isOne(of: ["temporarily_unavailable", "server_error"].map(AnswerCondition.Expected.text)))
            ], .retry),
        ErrorRule([AnswerCondition(.status, .isOne(of: [.number(429...429)]))], .rateLimited),
        ErrorRule(
            [
                AnswerCondition(
                    .status,
                    .isOne(of: [.number(408...409), .number(423...423), .number(425...425), .number(500...599)]))
            ], .retry),
    ]
}

extension AnswerCondition.Subject {
    /// Where RFC 6749 has an error's code.
    fileprivate static let error = AnswerCondition.Subject.body(JSONPointer(tokens: ["error"]))
}

extension ProviderAnswer {
    /// The longest wait that is believed, in seconds.
    private static var longestWait: Int { 86_400 }

    fileprivate func failure(
        _ errorClass: ErrorClass, code: String? = nil, waitHint: ErrorRule.WaitHint? = nil, note: String? = nil,
        needsConfirmation: Bool = false
    ) -> AnswerFailure {
        let wait = waitHint.flatMap(seconds) ?? seconds(.seconds(header: "Retry-After"))
        return AnswerFailure(
            errorClass: errorClass, code: code ?? "http-\(status)", retryAfter: wait.map { min($0, Self.longestWait) },
            needsConfirmation: needsConfirmation, note: note)
    }

    /// An error that no rule names.
    fileprivate func failure(unnamedIn body: JSONValue?, for purpose: RequestPurpose) -> AnswerFailure {
        let named = body.flatMap { JSONPointer(tokens: ["error"]).text(in: $0) }
        let code = named.flatMap { $0.wholeMatch(of: /[a-z_]{1,40}/) == nil ? nil : $0 }
        switch purpose {
        case .token:
            // A page of a gateway in between says nothing of the token.
            guard (400...499).contains(status), body != nil else { return failure(.retry, code: code) }
            return failure(.reauthRequired, code: code, needsConfirmation: true)
        case .use:
            switch status {
            case 401: return failure(.renewThenReauth, code: code)
            case 403: return failure(.permissionMissing, code: code, needsConfirmation: true)
            case 400...499: return failure(.configError, code: code)
            default: return failure(.retry, code: code)
            }
        }
    }

    private func seconds(_ hint: ErrorRule.WaitHint) -> Int? {
        switch hint {
        case .seconds(let name): return headers[name].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 }
        case .metaUsage(let name):
            guard let text = headers[name], case .object(let usage) = try? JSONParser.parse(Array(text.utf8)) else {
                return nil
            }
            let entries = usage.members.flatMap { member -> [JSONValue] in
                if case .array(let entries) = member.value { entries } else { [] }
            }
            let place = JSONPointer(tokens: ["estimated_time_to_regain_access"])
            let minutes = entries.compactMap { place.number(in: $0) }.max() ?? 0
            return minutes > 0 ? min(minutes, Self.longestWait / 60) * 60 : nil
        }
    }
}
