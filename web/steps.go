package web

import "omniconnector/integration"

// FirstStep is one thing to do before calls get into the CRM.
type FirstStep struct {
	Code  string `json:"code" enum:"portal,platform,authorise,notifications,directory,settings,employees"`
	Done  bool   `json:"done"`
	Title string `json:"title" doc:"In the language of Accept-Language"`
	Hint  string `json:"hint" doc:"What to do"`
}

// The first steps.
const (
	stepPortal        = "portal"
	stepPlatform      = "platform"
	stepAuthorise     = "authorise"
	stepNotifications = "notifications"
	stepDirectory     = "directory"
	stepSettings      = "settings"
	stepEmployees     = "employees"
)

// stepWords are titles and hints.
var stepWords = map[string][2]phrase{
	stepPortal: {{"Подключить портал", "Connect a portal"}, {
		"Установите приложение в портале Битрикс24 или введите данные локального приложения.",
		"Install the application in the Bitrix24 portal, or enter the credentials of a local application.",
	}},
	stepPlatform: {{"Подключить телефонию", "Connect the telephony"}, {
		"Введите ключ API платформы телефонии.", "Enter the API key of the telephony platform.",
	}},
	stepAuthorise: {{"Доступ к порталу", "Access to the portal"}, {
		"Портал нас не пускает: подключите его заново.", "The portal does not let us in: connect it again.",
	}},
	stepNotifications: {{"Настроить уведомления", "Set up the notifications"}, {
		"Создайте уведомления в личном кабинете платформы и сделайте пробный звонок.",
		"Create the notifications in the platform's cabinet and make a call to try them.",
	}},
	stepDirectory: {{"Прочитать справочники", "Read the directories"}, {
		"Запустите синхронизацию портала и телефонии.", "Synchronise the portal and the telephony.",
	}},
	stepSettings: {{"Сохранить настройки", "Save the settings"}, {
		"Выберите ответственных по умолчанию и нажмите «Сохранить».", "Choose the default responsibles and save.",
	}},
	stepEmployees: {{"Сопоставить сотрудников", "Map the employees"}, {
		"Выберите пользователя портала для каждого сотрудника телефонии.", "Choose a portal user for every employee of the telephony.",
	}},
}

func step(code string, done bool, l integration.Lang) FirstStep {
	said := stepWords[code]
	return FirstStep{code, done, said[0].in(l), said[1].in(l)}
}

// stepsAhead are those of a portal that is not connected yet.
func stepsAhead(l integration.Lang) []FirstStep {
	return each([]string{stepDirectory, stepEmployees, stepSettings, stepNotifications}, func(code string) FirstStep { return step(code, false, l) })
}

// stepsOf tells what of a portal is done.
func stepsOf(v *PortalOverview, m *mappings, platform, heard bool, l integration.Lang) []FirstStep {
	read := !m.known.Portal.SyncedAt.IsZero() && !m.known.Centre.SyncedAt.IsZero()
	return []FirstStep{
		step(stepAuthorise, v.Portal.State == integration.PortalOK, l), step(stepPlatform, platform, l), step(stepDirectory, read, l),
		step(stepEmployees, v.Employees.All > 0 && v.Employees.Without == 0, l), step(stepSettings, m.document.Version > 0, l),
		step(stepNotifications, heard, l),
	}
}
