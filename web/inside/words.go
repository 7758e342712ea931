package inside

import (
	"net/http"
	"strings"

	"omniconnector/integration"
)

// words are the sentences of the page.
type words struct {
	Lang       string
	Unreadable string
	Unproven   string
	Away       string
	Ended      string
	// of installation
	Code, CodeLabel, CodeWarning, Connect    string
	NoCode, Taken, NoAdmin, Erasing, NotOurs string
	Finishing, Finished                      string
	states                                   map[integration.PortalState]string
}

var says = map[integration.Lang]words{
	integration.Russian: {
		Lang:       "ru",
		Unreadable: "Запрос портала не прочитан. Откройте приложение в портале ещё раз.",
		Unproven:   "Портал не подтвердил вход. Обновите страницу портала и откройте приложение ещё раз; если не помогло, подключите портал заново.",
		Away:       "Сейчас не удаётся получить ответ. Откройте приложение через минуту.",
		Ended:      "Вход закончился. Обновите страницу портала.",
		Code:       "Введите код подключения из личного кабинета сервиса. Код выдаётся в разделе «Порталы» → «Подключить портал»; он действует час и подходит один раз.",
		CodeLabel:  "Код подключения", CodeWarning: "Портал будет подключён к тому кабинету, который выдал код. Не вводите код, полученный от незнакомых.",
		Connect:   "Подключить портал",
		NoCode:    "Такого кода нет: он введён с ошибкой, использован или устарел. Получите в кабинете новый.",
		Taken:     "Портал уже подключён к другому кабинету этим же приложением. Отключите его там или удалите приложение в портале и установите снова.",
		NoAdmin:   "Приложение устанавливает администратор портала. Войдите в портал как администратор и откройте страницу ещё раз.",
		Erasing:   "Прежние данные портала ещё удаляются. Попробуйте через минуту.",
		NotOurs:   "Портал не подтвердил приложение. Если код получен для локального приложения, сверьте client_id и client_secret; затем обновите страницу портала и введите код ещё раз.",
		Finishing: "Завершаем установку…",
		Finished:  "Портал подключён. Обновите страницу портала, чтобы открыть приложение.",
		states: map[integration.PortalState]string{
			integration.PortalOK:          "Портал подключён.",
			integration.PortalReauthorise: "Портал больше не принимает доступ приложения. Администратору нужно подключить его заново.",
			integration.PortalBlocked:     "Портал временно не принимает запросы. Работа продолжится сама.",
		},
	},
	integration.English: {
		Lang:       "en",
		Unreadable: "The portal's request cannot be read. Open the application in the portal again.",
		Unproven:   "The portal did not confirm you. Reload the portal's page and open the application again; if that does not help, connect the portal again.",
		Away:       "There is no answer now. Open the application in a minute.",
		Ended:      "The session has ended. Reload the portal's page.",
		Code:       "Enter the connection code from your account with the service. It is given under Portals → Connect a portal, lives an hour and works once.",
		CodeLabel:  "Connection code", CodeWarning: "The portal will belong to the account that gave the code. Do not enter a code that a stranger sent you.",
		Connect:   "Connect the portal",
		NoCode:    "There is no such code: it is mistyped, used or expired. Get a new one in your account.",
		Taken:     "Another account has connected the portal by this application. Disconnect it there, or remove the application in the portal and install it again.",
		NoAdmin:   "The application is installed by an administrator of the portal. Sign in to the portal as one and open the page again.",
		Erasing:   "The portal's old data is still being removed. Try again in a minute.",
		NotOurs:   "The portal did not confirm the application. If the code is for a local application, compare client_id and client_secret; then reload the portal's page and enter the code again.",
		Finishing: "Finishing the installation…",
		Finished:  "The portal is connected. Reload the portal's page to open the application.",
		states: map[integration.PortalState]string{
			integration.PortalOK:          "The portal is connected.",
			integration.PortalReauthorise: "The portal no longer takes the application's access. Its administrator needs to connect it again.",
			integration.PortalBlocked:     "The portal takes no requests for now. Work goes on by itself.",
		},
	},
}

// language is the portal user's own, which the portal names in the address.
func language(r *http.Request) integration.Lang {
	if strings.EqualFold(r.URL.Query().Get("LANG"), "ru") {
		return integration.Russian
	}
	return integration.English
}
