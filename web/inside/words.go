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
	Settings   string
	Reader     string
	states     map[integration.PortalState]string
}

var says = map[integration.Lang]words{
	integration.Russian: {
		Lang:       "ru",
		Unreadable: "Запрос портала не прочитан. Откройте приложение в портале ещё раз.",
		Unproven:   "Портал не подтвердил вход. Обновите страницу портала и откройте приложение ещё раз; если не помогло, подключите портал заново.",
		Away:       "Сейчас не удаётся получить ответ. Откройте приложение через минуту.",
		Settings:   "Настройки этого портала меняются в кабинете сервиса.",
		Reader:     "Настройки этого портала меняет администратор портала в кабинете сервиса.",
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
		Settings:   "The settings of this portal are made in the service's cabinet.",
		Reader:     "The settings of this portal are made by its administrator in the service's cabinet.",
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
