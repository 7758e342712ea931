package web

import (
	"strings"

	"omniconnector/crm"
	"omniconnector/integration"
)

// hint says what a failure means and what to change. It looks at the portal's own code first, then at what kind of
// failure it is.
func hint(command string, e *crm.Error, l integration.Lang) string {
	if e == nil {
		return ""
	}
	code := strings.ToUpper(e.Code)
	for _, known := range codeHints {
		if strings.Contains(code, known.code) {
			return known.say.in(l)
		}
	}
	if e.Kind == crm.Invalid && command == (crm.AttachRecord{}).Name() {
		return recordHint.in(l)
	}
	if say, ok := kindHints[e.Kind]; ok {
		return say.in(l)
	}
	return kindHints[crm.Invalid].in(l)
}

// requiredHint is for fields that the portal wants and we do not fill, or fill wrongly.
var requiredHint = phrase{
	"Портал не принимает запись из-за поля, названного в ответе: оно обязательное или ждёт другое значение. Сделайте его необязательным и " +
		"повторите. Чтобы поле заполнялось у следующих звонков, добавьте его в раздел «Доп. поля».",
	"The portal refuses the record for the field that its answer names: it is mandatory, or wants another value. Make it optional and " +
		"retry. To have it filled for the next calls, add it to the extra fields.",
}

// codeHints are for the codes that a tenant can do something about (contract bitrix24 §1.3, uis §3.4), the longest first.
var codeHints = []struct {
	code string
	say  phrase
}{
	{"FIELD_ERROR_VALUE_NOT_VALID", requiredHint},
	{"FIELD_ERROR_REQUIRED", requiredHint},
	{"ACCESS_DENIED", phrase{
		"У пользователя, от имени которого работает интеграция, нет прав на это действие. Дайте ему права администратора и повторите.",
		"The user in whose name the integration works may not do this. Make the user an administrator and retry.",
	}},
	{"INSUFFICIENT_SCOPE", phrase{
		"У приложения нет нужного разрешения. Добавьте его в настройках приложения в портале, подключите портал заново и повторите.",
		"The application lacks a permission. Add it in the application's settings in the portal, connect the portal again and retry.",
	}},
	{"COMPONENT_DISABLED", phrase{
		"На платформе телефонии не подключена нужная услуга. Подключите её у платформы и повторите.",
		"The telephony platform has the needed component switched off. Have it switched on there and retry.",
	}},
	{"VIRTUAL_PHONE_NUMBER", phrase{
		"Платформа не знает номера, с которого нужно звонить. Выберите в настройках свой виртуальный номер.",
		"The platform does not know the number to call from. Choose a virtual number of yours in the settings.",
	}},
	{"IP_NOT_WHITELISTED", phrase{
		"Адрес сервера не разрешён на платформе. Добавьте его в белый список в личном кабинете и повторите.",
		"The server's address is not allowed at the platform. Add it to the white list there and retry.",
	}},
}

var recordHint = phrase{
	"Портал не принял запись разговора. Проверьте, что запись открывается и в портале есть место на диске, затем повторите.",
	"The portal did not take the record. Check that the record opens and that the portal's disk has room, then retry.",
}

var kindHints = map[crm.ErrorKind]phrase{
	crm.Invalid: {
		"Портал отклонил данные. Его слова — в ошибке: исправьте настройки или портал и повторите; если больше не нужно — закройте с пометкой.",
		"The portal refused the data. Its words are in the error: mend the settings or the portal and retry, or dismiss it with a note.",
	},
	crm.NotFound: {
		"Записи в портале больше нет: её удалили или объединили. Обычно повторять незачем, закройте с пометкой.",
		"The record is no longer in the portal: it was deleted or merged. There is mostly nothing to retry, dismiss it with a note.",
	},
	crm.Denied: {
		"Портал или платформа нам отказывает. Проверьте подключение и права, затем повторите.",
		"The portal or platform refuses us. Check the connection and its rights, then retry.",
	},
	crm.Limited: {
		"Ограничение числа запросов: повторим сами, делать ничего не нужно.",
		"The number of requests is limited: it is sent again by itself, nothing needs to be done.",
	},
	crm.Unavailable: {
		"Нет ответа: повторим сами. Если так долго, проверьте, открывается ли портал и работает ли платформа.",
		"No answer: it is sent again by itself. If that lasts, check that the portal opens and the platform works.",
	},
	crm.Ambiguous: {
		"Ответ не дошёл: проверим, сделано ли, и повторим сами.",
		"The answer was lost: it is looked up whether it was done, and sent again by itself.",
	},
	crm.Overloaded: {
		"Портал заблокирован поставщиком за нагрузку. Обратитесь в поддержку портала.",
		"The vendor has blocked the portal because of load. Ask the portal's support.",
	},
	crm.Skipped: {
		"Не отправлялось: не удалось то, от чего это зависит. Повторите ту ошибку, и это продолжится само.",
		"It was not sent because something before it failed. Retry that, and this goes on by itself.",
	},
}
