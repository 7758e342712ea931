package emulator

import (
	"slices"
	"time"
)

// Conversations are an hour of the account's people who write: with a photograph, from the site without saying who they are, in
// Telegram, on Avito in vain, by a form, and by phone and in writing at once. Ids are numbered from first, so that the same
// conversations twice are the same events; each is played by itself, or all by Merge. An account without the channels has none.
func Conversations(a *Account, start time.Time, first int64) []Script {
	for _, kind := range []string{WhatsApp, WebChat, TelegramBot, Avito} {
		if !slices.ContainsFunc(a.Channels, func(c Channel) bool { return c.Type == kind }) {
			return nil
		}
	}
	anna, olga := a.Employees[0], a.Employees[len(a.Employees)-1]
	if len(a.Employees) > 2 {
		olga = a.Employees[2]
	}
	all := []Script{
		a.withPhotograph(first, start, anna),
		a.fromTheSite(first+1, start.Add(3*time.Minute), olga),
		a.inTelegram(first+2, start.Add(6*time.Minute), anna, olga),
		a.onAvito(first+3, start.Add(9*time.Minute)),
		a.byForm(first+4, start.Add(12*time.Minute)),
		a.callsAndWrites(first+5, start.Add(15*time.Minute), anna),
	}
	for i, name := range []string{"whatsapp-photo", "site-contacts", "telegram-transfer", "avito-lost", "offline-request", "call-and-chat"} {
		all[i].Name = name
	}
	return all
}

// withPhotograph is a client whose phone the channel tells.
func (a *Account) withPhotograph(id int64, at time.Time, who Employee) Script {
	return a.Chat(id, at, a.Channel(WhatsApp), Visitor{Phone: "79000000031", User: "79000000031"}).
		Says("Здравствуйте! Вчера привезли диван, а на подлокотнике царапина.").
		Card(Card{Name: "Ирина Соколова", Phones: []string{"79000000031"}}).
		Assigned(who).Answers(who, "Ирина, добрый день! Очень жаль. Пришлите, пожалуйста, фото и номер заказа.").
		Sends(File{Type: "photo", Name: "царапина.png", Text: "Вот, заказ 1187"}).
		Answers(who, "Спасибо, вижу. Мастер может приехать завтра с 10 до 14. Удобно?").Delivered(0, "read").
		Says("Да, удобно, спасибо 🙏").
		AnswersWith(who, File{Type: "document", Name: "Заявка мастеру 1187.pdf", Text: "Записала вас, вот заявка."}).
		Tagged(a.Tags...).Closed("closed_by_operator")
}

// fromTheSite is a visitor of whom nothing is known until they say it in the middle of the chat (C-14).
func (a *Account) fromTheSite(id int64, at time.Time, who Employee) Script {
	return a.Chat(id, at, a.Channel(WebChat), Visitor{}).
		Told("autoinvite", "", "Здравствуйте! Подсказать что-нибудь?").
		Says("Есть кровать «Сканди» 160 в дубе?").
		Assigned(who).Answers(who, "Здравствуйте! Есть две на складе. Отложить для вас?").
		Says("Отложите, я приеду в субботу").
		Answers(who, "Хорошо. Как вас зовут и по какому номеру позвонить?").
		Says("Павел, +7 900 000-00-32, pavel@example.test").
		Card(Card{Name: "Павел", Phones: []string{"79000000032"}, Emails: []string{"pavel@example.test"}}).
		Answers(who, "Павел, отложили до субботы. Ждём вас!").Edits(0, "Павел, отложили до воскресенья. Ждём вас!").
		Closed("closed_by_visitor")
}

// inTelegram is a person with a name in the messenger and no phone, whom one employee hands on to another.
func (a *Account) inTelegram(id int64, at time.Time, who, other Employee) Script {
	return a.Chat(id, at, a.Channel(TelegramBot), Visitor{User: "501000033", Username: "marina_k"}).
		Says("Добрый день!", "Сколько стоит доставка в Тверь?").
		Card(Card{Name: "Марина К."}).
		Assigned(who).Answers(who, "Добрый день! Доставкой за город занимается Ольга, передаю ей.").
		Assigned(other).Answers(other, "Марина, в Тверь — 2 500 ₽, по средам и пятницам.").
		Quotes(2, "А подъём на этаж?").Answers(other, "С лифтом бесплатно.").
		Says("Отлично, оформлю на сайте").Closed("closed_by_operator")
}

// onAvito is somebody whom nobody answers.
func (a *Account) onAvito(id int64, at time.Time) Script {
	return a.Chat(id, at, a.Channel(Avito), Visitor{User: "avito-77034", Profile: "https://www.avito.ru/user/77034"}).
		Says("Стол ещё продаётся?", "Уступите 500 ₽?").Deletes(0).
		Pause(5 * time.Minute).Closed("closed_by_timeout")
}

// byForm is an offline request.
func (a *Account) byForm(id int64, at time.Time) Script {
	r := a.Request(id, at, "Олег Дёмин", "79000000034", "oleg@example.test", "Перезвоните после шести, нужен шкаф по моим размерам.")
	r.FormName = "Обратный звонок"
	return r.Left()
}

// callsAndWrites is one person who calls and writes within the same minute: still one person.
func (a *Account) callsAndWrites(id int64, at time.Time, who Employee) Script {
	const phone = "79000000035"
	return Merge("call-and-chat",
		a.Incoming(id, at, phone).Answered(who, 5*time.Second, 40*time.Second),
		a.Chat(id, at.Add(time.Second), a.Channel(WhatsApp), Visitor{Phone: phone, User: phone}).
			Says("Звоню вам по поводу заказа 1190, пишу номер, чтобы не диктовать").
			Pause(time.Minute).Assigned(who).Answers(who, "Вижу заказ, спасибо!").Closed("closed_by_operator"),
	)
}
