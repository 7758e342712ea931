package web

import (
	"errors"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// Problem is an error as RFC 9457 writes it.
type Problem struct { //nolint:errname // RFC 9457 calls it a problem
	Type   string         `json:"type" format:"uri-reference" example:"/api/#problem-invalid" doc:"Where this kind of error is explained"`
	Title  string         `json:"title" doc:"What happened, in the language of Accept-Language"`
	Status int            `json:"status" example:"422"`
	Detail string         `json:"detail" doc:"What to do about it"`
	Code   string         `json:"code" example:"invalid" doc:"The kind of error, for programs"`
	Errors []ProblemError `json:"errors,omitempty" doc:"Every single mistake"`
	retry  time.Duration  // when to come again; 0 is not known
}

// ProblemError is one mistake of several.
type ProblemError struct {
	Pointer   string `json:"pointer" example:"/telephony/incoming/responsible/default" doc:"JSON pointer of the field in the body; empty for the body itself"`
	Parameter string `json:"parameter,omitempty" example:"query.limit" doc:"Set instead of the pointer when a parameter of the request is wrong"`
	Code      string `json:"code" example:"required"`
	Message   string `json:"message"`
	Line      int    `json:"line,omitempty" doc:"Set when the text itself cannot be read"`
	Column    int    `json:"column,omitempty"`
}

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// Error names the kind of problem.
func (p *Problem) Error() string { return p.Code }

// ContentType is RFC 9457's.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// refusal is a Problem before it is known in which language it is told.
type refusal struct {
	code     string
	args     []string // pairs of a name and what it becomes
	problems []rules.Problem
	retry    time.Duration
}

// Error names the kind of refusal.
func (r *refusal) Error() string { return "refused: " + r.code }

func refuse(code string) error { return &refusal{code: code} }

// mistake refuses one field of the body.
func mistake(pointer, code string) error {
	var m mistakes
	m.add(pointer, code)
	return m.err()
}

// told puts an error into words. What is no error of ours says nothing of itself.
func told(err error, l integration.Lang) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		r = &refusal{code: codeOf(err)}
		if e, ok := errors.AsType[*crm.Error](err); ok {
			r = portalRefusal(e)
		}
	}
	return r.told(l)
}

// codeOf is the code of what the ports answer.
func codeOf(err error) string {
	switch {
	case errors.Is(err, ErrNotFound):
		return "not_found"
	case errors.Is(err, ErrConflict):
		return "stale"
	case errors.Is(err, ErrDuplicate):
		return "exists"
	case errors.Is(err, ErrInvalid):
		return "invalid"
	case errors.Is(err, ErrAway):
		return "away"
	}
	return "internal"
}

// mistakes collect what is wrong with the body, so that all of it is told at once.
type mistakes []rules.Problem

func (m *mistakes) add(pointer, code string) {
	said := fieldSentences[code]
	*m = append(*m, rules.Problem{Pointer: pointer, Code: code, RU: said[0], EN: said[1]})
}

// err refuses the request when anything was wrong.
func (m *mistakes) err() error {
	if len(*m) == 0 {
		return nil
	}
	return &refusal{code: "invalid", problems: *m}
}

// wordsOf are the other side's own words.
func wordsOf(e *crm.Error) string {
	if e.Text == "" {
		return e.Code
	}
	if strings.Contains(e.Text, e.Code) {
		return e.Text
	}
	return e.Code + ": " + e.Text
}

// portalRefusal says what a CRM said.
func portalRefusal(e *crm.Error) *refusal {
	r := &refusal{code: "portal_away", args: []string{"words", wordsOf(e)}}
	switch e.Kind {
	case crm.Denied, crm.Invalid, crm.NotFound:
		r.code = "portal_refuses"
	case crm.Limited, crm.Overloaded:
		r.code = "portal_busy"
	default:
	}
	return r
}

func (r *refusal) told(l integration.Lang) *Problem {
	k, ok := kinds[r.code]
	if !ok {
		k, r.code = kinds["internal"], "internal"
	}
	p := &Problem{
		Type: "/api/#problem-" + r.code, Title: k.title.in(l), Status: k.status, Detail: k.detail.in(l), Code: r.code, retry: r.retry,
	}
	for i := 0; i+1 < len(r.args); i += 2 {
		p.Detail = strings.ReplaceAll(p.Detail, "{"+r.args[i]+"}", integration.InLanguage(r.args[i+1], l))
	}
	for _, one := range r.problems {
		p.Errors = append(p.Errors, fieldError(one, l))
	}
	return p
}

func fieldError(p rules.Problem, l integration.Lang) ProblemError {
	return ProblemError{Pointer: p.Pointer, Code: p.Code, Message: p.Sentence(string(l)), Line: p.Line, Column: p.Column}
}

// kind is one kind of error.
type kind struct {
	status        int
	title, detail phrase
}

// kinds are all errors of the API; the reference page lists them.
var kinds = map[string]kind{
	"unauthorized": {401, phrase{"Нужен токен", "A token is needed"}, phrase{
		"Передайте действующий токен в заголовке «Authorization: Bearer …». Этот отсутствует, неизвестен, истёк или отозван.",
		"Send a valid token in the header “Authorization: Bearer …”. This one is absent, unknown, expired or revoked.",
	}},
	"admin_only": {403, phrase{"Нужен токен администратора", "The administrator's token is needed"}, phrase{
		"Это действие — для владельца установки.", "This is for the operator of the installation.",
	}},
	"tenant_only": {403, phrase{"Нужен токен клиента", "A tenant's token is needed"}, phrase{
		"Токен администратора не относится ни к одному клиенту. Передайте токен клиента.",
		"The administrator's token belongs to no tenant. Send a tenant's token.",
	}},
	"portal_only": {403, phrase{"Вход из портала открывает только этот портал", "A portal's page opens this portal only"}, phrase{
		"Общее для всего клиента меняется и показывается в кабинете сервиса.", "What belongs to the tenant as a whole is in the service's cabinet.",
	}},
	"read_only": {403, phrase{"Токен только для чтения", "The token may only read"}, phrase{
		"Для изменений нужен токен с правом записи.", "Changes need a token that may write.",
	}},
	"not_confirmed": {409, phrase{"Клиент не приостановлен", "The tenant is not suspended"}, phrase{
		"Удаляется всё, что есть у клиента. Сначала приостановите его или передайте его идентификатор в параметре confirm. Ничего не изменено.",
		"All that the tenant has is deleted. Suspend it first, or send its id in the parameter confirm. Nothing was changed.",
	}},
	"suspended": {403, phrase{"Клиент приостановлен", "The tenant is suspended"}, phrase{
		"Пока клиент приостановлен, ничего нельзя менять, и живой журнал закрыт. Обратитесь к владельцу установки.",
		"Nothing can be changed while the tenant is suspended, and the live journal is closed. Ask the operator of the installation.",
	}},
	"not_found": {404, phrase{"Не найдено", "Not found"}, phrase{
		"Такого адреса или объекта нет. Проверьте идентификаторы в адресе.",
		"There is no such address or object. Check the ids in the address.",
	}},
	"wrong_method": {405, phrase{"Метод не подходит", "The method does not fit"}, phrase{
		"По этому адресу есть другие методы: смотрите заголовок Allow.", "This address takes other methods: see the header Allow.",
	}},
	"exists": {409, phrase{"Уже существует", "It exists already"}, phrase{
		"Объект с таким идентификатором уже есть. Выберите другой.", "There is an object with this id already. Choose another.",
	}},
	"bad_key": {400, phrase{"Idempotency-Key не подходит", "The Idempotency-Key does not fit"}, phrase{
		"Передайте от 1 до 255 печатных знаков ASCII, например UUID.", "Send 1 to 255 printable ASCII characters, a UUID for example.",
	}},
	"key_reused": {422, phrase{"Ключ уже использован", "The key was used already"}, phrase{
		"С этим Idempotency-Key за последние сутки выполнен другой запрос. Возьмите новый ключ. Ничего не изменено.",
		"Another request was done with this Idempotency-Key during the last day. Take a new key. Nothing was changed.",
	}},
	"under_way": {409, phrase{"Запрос уже выполняется", "The request is under way"}, phrase{
		"Такой же запрос с этим Idempotency-Key ещё выполняется. Повторите через секунду, чтобы получить его ответ.",
		"The same request with this Idempotency-Key is still being done. Come again in a second for its answer.",
	}},
	"stale": {412, phrase{"Документ изменился", "The document has changed"}, phrase{
		"Кто-то сохранил документ после того, как вы его прочитали. Прочитайте его снова и повторите изменение.",
		"Somebody saved the document after you read it. Read it again and repeat your change.",
	}},
	"no_condition": {428, phrase{"Нужен If-Match", "If-Match is needed"}, phrase{
		"Передайте в заголовке If-Match значение ETag прочитанного документа, чтобы не стереть чужие изменения.",
		"Send the ETag of the document you read in the header If-Match, so that nobody's changes are lost.",
	}},
	"malformed": {400, phrase{"Запрос не прочитан", "The request cannot be read"}, phrase{
		"Тело запроса должно быть документом JSON с типом application/json.", "The body must be a JSON document of type application/json.",
	}},
	"wrong_type": {415, phrase{"Не тот тип содержимого", "The wrong content type"}, phrase{
		"Передайте тело с типом application/json.", "Send the body as application/json.",
	}},
	"too_large": {413, phrase{"Слишком большой запрос", "The request is too large"}, phrase{
		"Документ больше допустимого. Сократите его.", "The document is larger than allowed. Make it shorter.",
	}},
	"too_slow": {408, phrase{"Запрос не дошёл целиком", "The request did not arrive in time"}, phrase{
		"Повторите запрос.", "Send it again.",
	}},
	"invalid": {422, phrase{"В запросе ошибки", "The request has mistakes"}, phrase{
		"Исправьте всё, что перечислено в errors. Ничего не изменено.", "Mend everything that errors lists. Nothing was changed.",
	}},
	"settings_invalid": {422, phrase{"В настройках ошибки", "The settings have mistakes"}, phrase{
		"Исправьте всё, что перечислено в errors, и сохраните снова. Действуют прежние настройки.",
		"Mend everything that errors lists and save again. The settings before these stay in force.",
	}},
	"import_refused": {422, phrase{"Файл настроек не подходит", "The file of settings does not fit"}, phrase{
		"Исправьте всё, что перечислено в errors: в файле, в портале или через mapping, и импортируйте снова. Действуют прежние настройки.",
		"Mend everything that errors lists, in the file, in the portal or by mapping, and import again. The settings before these stay in force.",
	}},
	"too_many": {429, phrase{"Слишком много запросов", "Too many requests"}, phrase{
		"Повторите через несколько секунд: смотрите заголовок Retry-After.", "Come again in a few seconds: see the header Retry-After.",
	}},
	"too_many_streams": {429, phrase{"Слишком много открытых журналов", "Too many open journals"}, phrase{
		"Живой журнал этого клиента уже открыт на множестве страниц. Закройте лишние и повторите.",
		"The live journal of this tenant is open on very many pages. Close some and try again.",
	}},
	"internal": {500, phrase{"Внутренняя ошибка", "An internal error"}, phrase{
		"Это ошибка на нашей стороне, она записана. Повторите запрос позже.", "The mistake is ours and was recorded. Try again later.",
	}},
	"away": {503, phrase{"Хранилище недоступно", "Storage is away"}, phrase{
		"Повторите запрос через несколько секунд.", "Try again in a few seconds.",
	}},
	"portal_refuses": {422, phrase{"Портал отказал", "The portal refuses"}, phrase{
		"Портал не принял данные подключения ({words}). Проверьте адрес, client_id, client_secret и токены и подключите его заново.",
		"The portal did not take the credentials ({words}). Check the address, client_id, client_secret and tokens, and connect it again.",
	}},
	"portal_other": {422, phrase{"Это другой портал", "It is another portal"}, phrase{
		"По этому адресу отвечает другой портал. Проверьте адрес и member_id.", "Another portal answers at this address. Check the address and member_id.",
	}},
	"no_platform": {409, phrase{"Платформа телефонии не подключена", "No telephony platform is connected"}, phrase{
		"Сначала подключите её: PUT /api/v1/platform.", "Connect it first: PUT /api/v1/platform.",
	}},
	"no_settings": {409, phrase{"Настройки ещё не сохранены", "No settings are saved yet"}, phrase{
		"Сопоставления — часть настроек портала. Сначала сохраните настройки, затем сопоставляйте сотрудников.",
		"Mappings are part of the portal's settings. Save the settings first, then map employees.",
	}},
	"nothing_created": {409, phrase{"По этому звонку ничего не создаётся", "This call creates nothing"}, phrase{
		"Звонок внутренний, без номера или с вашего же номера, поэтому называть нечего. Выберите другой звонок.",
		"The call is internal, without a number or from a number of yours, so that there is nothing to name. Choose another call.",
	}},
	"nothing_named": {409, phrase{"По этому обращению такая запись не создаётся", "This conversation makes no such record"}, phrase{
		"В нём ещё ничего не сказано, или таких записей обращения не создают, поэтому называть нечего. Выберите другое обращение.",
		"Nothing has been said in it yet, or conversations make no records of this kind, so that there is nothing to name. Choose another conversation.",
	}},
	"platform_refuses": {422, phrase{"Платформа отказала", "The platform refuses"}, phrase{
		"Платформа телефонии не приняла данные подключения ({words}). Проверьте ключ или логин с паролем, адреса и белый список IP в её личном кабинете.",
		"The telephony platform did not take the credentials ({words}). Check the key or the login and password, the addresses, and its white list of IP addresses.",
	}},
	"platform_away": {502, phrase{"Платформа не отвечает", "The platform does not answer"}, phrase{
		"Не удалось получить ответ платформы телефонии ({words}). Проверьте адреса и повторите позже.",
		"No answer came from the telephony platform ({words}). Check the addresses and try again later.",
	}},
	"platform_busy": {503, phrase{"Платформа занята", "The platform is busy"}, phrase{
		"Платформа телефонии ограничила число запросов ({words}). Повторите через минуту.",
		"The telephony platform limits requests ({words}). Try again in a minute.",
	}},
	"running": {409, phrase{"Звонок ещё идёт", "The call is under way"}, phrase{
		"Звонок не завершён или ещё обрабатывается. Повторите, когда он закончится.",
		"The call has not ended, or is still being dealt with. Try again when it is over.",
	}},
	"too_many_calls": {422, phrase{"Слишком много звонков", "Too many calls"}, phrase{
		"За один раз можно пересмотреть не больше 10 000 звонков. Сократите период.",
		"At most 10,000 calls are decided once more at a time. Choose a shorter range.",
	}},
	"disconnected": {409, phrase{"Портал отключён", "The portal is disconnected"}, phrase{
		"Подключите портал заново.", "Connect the portal again.",
	}},
	"portal_away": {502, phrase{"Портал не отвечает", "The portal does not answer"}, phrase{
		"Не удалось получить ответ портала ({words}). Проверьте адрес и повторите позже.",
		"No answer came from the portal ({words}). Check the address and try again later.",
	}},
	"portal_busy": {503, phrase{"Портал занят", "The portal is busy"}, phrase{
		"Портал ограничил число запросов ({words}). Повторите через минуту.", "The portal limits requests ({words}). Try again in a minute.",
	}},
}
