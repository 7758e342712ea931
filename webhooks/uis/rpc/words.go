package rpc

// Words tells a person in Russian and English what one of the platform's mnemonics means and what to do about it
// (contract uis §3.1, §3.4, §4). Ok is false for a mnemonic that nobody has put into words yet.
func Words(code string) (ru, en string, ok bool) {
	w, ok := words[code]
	return w.ru, w.en, ok
}

var words = map[string]struct{ ru, en string }{
	// What concerns one call: short, because the employee reads it in the call's card (T-8).
	"virtual_phone_number_not_found": {
		"Номера для исходящего звонка нет среди виртуальных номеров: выберите другой",
		"The outgoing number is none of the account's virtual numbers: choose another one",
	},
	"no_active_phone_number": {
		"У сотрудника нет включённого номера: включите его в личном кабинете телефонии",
		"The employee has no active phone number: switch one on in the telephony cabinet",
	},
	"employee_not_found": {
		"Сотрудника нет в телефонии: сопоставьте его заново",
		"The telephony knows no such employee: map the employee again",
	},
	"own_virtual_phone_number_not_allowed": {
		"Нельзя позвонить на собственный виртуальный номер",
		"One of the account's own virtual numbers cannot be called",
	},
	"contact_in_blacklist": {
		"Номер клиента в чёрном списке телефонии",
		"The client's number is on the telephony's blacklist",
	},
	"scenario_not_found":             {"У виртуального номера нет активного сценария", "The virtual number has no active scenario"},
	"invalid_parameters_combination": {"Платформа не принимает такое сочетание настроек звонка", "The platform refuses this combination of call settings"},
	"invalid_state":                  {"Звонок уже в другом состоянии", "The call is in another state by now"},
	"call_session_not_found":         {"Такого звонка уже нет", "The call is not there any more"},
	"entity_not_found":               {"Такой записи в телефонии уже нет", "The telephony has no such record any more"},

	// What concerns the tenant's access: plain words that say what to do.
	"auth_error": {
		"Телефония не приняла логин и пароль: проверьте их в настройках подключения",
		"The telephony refused the login and password: check them in the connection settings",
	},
	"access_token_invalid": {
		"Телефония не приняла ключ API: создайте новый в личном кабинете и вставьте его в настройки подключения",
		"The telephony refused the API key: make a new one in its cabinet and paste it into the connection settings",
	},
	"access_token_expired": {
		"Срок ключа API истёк: создайте новый в личном кабинете телефонии и вставьте его в настройки подключения",
		"The API key has expired: make a new one in the telephony cabinet and paste it into the connection settings",
	},
	"access_token_blocked": {
		"Ключ API заблокирован: разблокируйте его или создайте новый в личном кабинете телефонии",
		"The API key is blocked: unblock it or make a new one in the telephony cabinet",
	},
	"ip_not_whitelisted": {
		"Адрес нашего сервера не разрешён: добавьте его в белый список API в личном кабинете телефонии",
		"Our server's address is not allowed: add it to the API whitelist in the telephony cabinet",
	},
	"forbidden": {
		"У пользователя ключа нет прав: дайте ему доступ к Call API и Data API в личном кабинете телефонии",
		"The key's user lacks the right: grant access to the Call API and Data API in the telephony cabinet",
	},
	"component_disabled": {
		"В тарифе телефонии нет нужного пакета API: подключите его в личном кабинете",
		"The telephony tariff lacks the API package: add it in the cabinet",
	},
	"method_component_disabled": {
		"В тарифе телефонии нет компонента для этого метода: подключите его в личном кабинете",
		"The telephony tariff lacks the component of this method: add it in the cabinet",
	},
	"parameter_component_disabled": {
		"В тарифе телефонии нет компонента для одного из параметров: подключите его в личном кабинете",
		"The telephony tariff lacks the component of a parameter: add it in the cabinet",
	},
	"account_inactive": {
		"Аккаунт телефонии отключён: проверьте баланс и тариф",
		"The telephony account is inactive: check its balance and tariff",
	},
	"limit_exceeded": {
		"Исчерпан лимит запросов к телефонии: он восстановится сам, больше даёт тариф",
		"The telephony's request limit is used up: it recovers by itself, a larger tariff gives more",
	},
	"internal_error": {"В телефонии внутренняя ошибка: повторите позже", "The telephony has an internal error: try again later"},
	"date_interval_limit_reached": {
		"Телефония отдаёт отчёты не больше чем за три месяца",
		"The telephony gives reports of three months at most",
	},
}
