import { words } from '..'

export default words(
  { appName: 'Название приложения', appNameWhat: 'Так коннектор называет себя в именах сущностей.' },
  { appName: 'Name of the application', appNameWhat: 'How the connector calls itself in names.' },
)
