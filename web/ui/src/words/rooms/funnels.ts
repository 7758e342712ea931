import { words } from '..'

export default words(
  {
    in: 'Входящие звонки', out: 'Исходящие звонки', what: 'Куда попадают новые лиды и сделки. Если не подошло ни одно правило, действуют стадии по умолчанию.',
    leadStage: 'Стадия лида по умолчанию', funnel: 'Воронка сделки по умолчанию', stage: 'Стадия сделки по умолчанию',
    noLeads: 'Портал работает без лидов (простой режим CRM): создаются сразу сделки.', createOff: 'Создание лидов и сделок для этих звонков выключено в разделе «Основное»: стадии понадобятся, когда оно включено.',
    rules: 'Фильтр воронок', add: 'Добавить правило', none: 'Правил нет: все звонки попадают в стадии по умолчанию. Добавьте правило, чтобы отправить часть звонков в другую воронку или стадию.',
    entity: 'Сущность', lead: 'Лид', deal: 'Сделка', ruleFunnel: 'Воронка', ruleStage: 'Стадия', onlyDeals: 'Воронки есть только у сделок',
    leadRule: 'В этом портале нет лидов: правило не действует. Выберите «Сделка» или уберите правило.',
    include: '«Включить»: звонки, подходящие под фильтр, получат воронку и стадию правила, остальные — по умолчанию. «Исключить»: наоборот.',
    companionTitle: 'Портал без лидов', companion: 'Что создавать вместе со сделкой', contact: 'Контакт', company: 'Компания',
    companionWhat: 'В простом режиме CRM вместе со сделкой создаётся клиент.', companionOff: 'В портале включены лиды: клиент создаётся при обработке лида.',
  },
  {
    in: 'Incoming calls', out: 'Outgoing calls', what: 'Where new leads and deals go. When no rule fits, the default stages are used.',
    leadStage: 'Default stage of leads', funnel: 'Default funnel of deals', stage: 'Default stage of deals',
    noLeads: 'The portal works without leads (simple CRM mode): deals are created at once.', createOff: 'Creating leads and deals for these calls is switched off in “Basics”: stages are needed once it is on.',
    rules: 'Filter of funnels', add: 'Add a rule', none: 'No rules: all calls go to the default stages. Add a rule to send some of them to another funnel or stage.',
    entity: 'Entity', lead: 'Lead', deal: 'Deal', ruleFunnel: 'Funnel', ruleStage: 'Stage', onlyDeals: 'Only deals have funnels',
    leadRule: 'This portal has no leads: the rule has no effect. Choose “Deal”, or remove the rule.',
    include: '“Include”: calls that fit the filter get the rule’s funnel and stage, all others the default. “Exclude”: the other way round.',
    companionTitle: 'Portal without leads', companion: 'What to create together with a deal', contact: 'Contact', company: 'Company',
    companionWhat: 'In the simple CRM mode a customer is created together with the deal.', companionOff: 'The portal has leads: the customer is created when a lead is processed.',
  },
)
