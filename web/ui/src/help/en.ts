// The help in English: it says what the Russian says, section by section.
import { intro, list, part, remark, steps, table, text } from './blocks'
import type { Help, Section } from './sections'

const filter = part(
  'How a filter works',
  text('A condition is a parameter, “include” or “exclude”, and values. Conditions are put into groups joined by AND / OR; groups can be nested.'),
  list(
    '“Include”: a call suits when it has at least one of the values.',
    '“Exclude”: a call suits when it has none of the values. A call without the parameter suits too.',
    'Without conditions every call suits.',
  ),
)

const later = (what: string): Help['parts'] => [intro(text(what), text('Until the section is there, nothing is to be set in it; telephony works without it.'))]

export const en: Record<Section, Help> = {
  overview: {
    title: 'Overview',
    parts: [
      intro(text('What goes on in the portals now and what needs attention: calls, cards, what waits to be sent, refusals.')),
      part('Where to begin', steps(
        'Connect the Bitrix24 portal and the telephony platform on the page “Portals”.',
        'Map the employees: without it no call card pops up.',
        'In “Telephony” set the default responsibles and press “Save”.',
        'Call yourself and open the call in the journal: it tells what was decided and why.',
      )),
      part('When something is missing', list(
        'The call is not in the journal: the platform’s notification did not arrive. Check its address and secret on the page “Portals”.',
        'The call is there and the CRM has no records: open it; the reason is in “Decided”.',
      )),
    ],
  },
  portals: {
    title: 'Portals',
    parts: [
      intro(text('The Bitrix24 portals and the telephony platform that the connector works with: connecting, state, test, synchronisation.')),
      part('To connect a portal', steps(
        'In the portal: “Developer resources → Other → Local application” with the permissions crm, telephony and user; timeman as well to import statuses.',
        'An administrator of the portal installs the application: background requests are made in their name.',
        'Give the portal a name that tells it from others.',
      )),
      part('State', list(
        '“To be authorised again”: the portal does not accept our access any more. Authorise the application anew.',
        '“Blocked”: Bitrix24 itself or the portal’s plan lets no request through; the reason is beside it. The connector has stopped and loses nothing.',
        'Lists of responsibles or funnels are empty: press “Synchronise” and the directory is read anew.',
      )),
      part('So that there are not two leads', text('If the portal itself creates a lead of a call from an unknown number, switch that off in its CRM settings.')),
    ],
  },
  main: {
    title: 'Main',
    parts: [
      intro(text('What all sections of the portal share: name, time zone, country, language and own numbers.')),
      part('What to set first', list(
        'The time zone: the same as in the platform’s cabinet, which writes times in it.',
        'The country: so that numbers without a country code are read rightly. 8 495 … is +7 495 … in Russia.',
        'Own numbers: the company’s virtual numbers. No customer is looked for by them, and a call between them makes no lead.',
      )),
      part('One “Save”', text('It saves all sections. Unsaved changes are marked by a dot in the menu; mistakes are shown at their fields. A call under way ends by the settings it began with.')),
    ],
  },
  telephony: {
    title: 'Telephony: basics',
    parts: [
      intro(text('What becomes a CRM record and when: creating leads and deals, filters of calls, click to call, records of talks.')),
      part('What to set first', list(
        'Default responsibles (the tab “Responsibles”) are mandatory: settings are not saved without them.',
        'The number for click to call and the number for callbacks are mandatory when the function is on.',
      )),
      part(
        'Use another telephony',
        text('Another integration handles the calls. The connector creates nothing and updates extra fields only in entities that changed during the call. The other settings of telephony do nothing.'),
        list(
          'There are a deal and a contact, and the deal changed during the call: extra fields of the deal are updated.',
          'Nothing changed: nothing is updated.',
          'There are no entities: nothing is created, the events stay in the journal.',
          'The activity is never updated. An empty “First communication id” of changed entities is filled.',
        ),
      ),
      part(
        'Create a lead/deal',
        list(
          'A primary call: a lead, or a deal with a contact or company, as the CRM’s mode has it.',
          'A repeat call: a new entity only when the old ones are closed.',
          'The activity of a missed call is “not completed”, of a talked one “completed”. After a talked incoming call the missed ones before it become “processed”.',
        ),
      ),
      filter,
      remark('A filter by employee, chosen group or last operation: a call is registered only after an employee answers, so missed calls will not be registered in Bitrix24.'),
      part(
        'Records when calls are filtered',
        table(
          ['The filter names an employee', '“Create the activity and pass records…”', 'Activity and record'],
          ['Include', 'on', 'yes'],
          ['Exclude', 'on', 'no'],
          ['Include', 'off', 'no; the entity is created'],
          ['No such condition', 'any', 'yes'],
        ),
      ),
      part('Personal manager', text('The platform’s scenario needs the operation “Interactive call processing”. When the function is off or there is no manager, the scenario goes on by its “no manager” branch.')),
    ],
  },
  templates: {
    title: 'Templates',
    parts: [
      intro(text('What leads, deals, contacts and companies made of a call are called. Nothing here is mandatory: without templates the default name is used.')),
      part('How to use it', list(
        '“+” puts a variable in where the caret is.',
        'The eye shows what the template gives for the latest call, or for a sample when there is none.',
        'The round arrow restores the last saved text.',
        'The funnel button sets which calls the template suits. The first from the top that suits is used.',
      )),
      part('The default name', list(
        'Incoming: “Входящий звонок на номер {{contact_phone_number}} из приложения {{app_name}}”',
        'Outgoing: “Исходящий звонок на номер {{contact_phone_number}} из приложения {{app_name}}”',
      )),
      filter,
      remark('An unknown variable cannot be saved. A variable that the call does not have becomes nothing.'),
    ],
  },
  funnels: {
    title: 'Funnels',
    parts: [
      intro(text('In which funnel and at which stage new leads and deals begin. The default stages are for all calls, the rules below for chosen ones.')),
      part('Rules', list('Rules are tried from the top; the first that suits is used.', 'A rule that was added must have a funnel and a stage.')),
      part('Include and exclude', list(
        '“Include”: calls that meet the conditions get the rule’s funnel and stage. All others get the default.',
        '“Exclude”: calls that meet the conditions get the default funnel and stage. All others get the rule’s.',
      )),
      part('When the portal deletes a stage', text('The rule shows it, and no call is lost: the entity begins at the default stage.')),
    ],
  },
  responsibles: {
    title: 'Responsibles',
    parts: [
      intro(
        text('Who becomes responsible for the entity and the activity. Both default responsibles are mandatory.'),
        list('For outgoing calls: when the calling employee is not found in the portal.', 'For incoming calls: when the call was missed.'),
      ),
      part(
        'Primary call',
        table(
          ['Call', 'Entity and activity'],
          ['Outgoing, employee not found', 'the default responsible'],
          ['Outgoing, employee found', 'the caller'],
          ['Incoming missed, no rule suits', 'the default responsible'],
          ['Incoming talked', 'the first or last who spoke'],
          ['Incoming missed, a rule suits', 'the rule’s employee'],
        ),
      ),
      part('Missed incoming: what comes first', steps('The existing entity.', 'The employee who is called.', 'A rule with a filter.', 'The default.')),
      part(
        'Repeat call',
        table(
          ['Call', 'Responsible'],
          ['Missed, its number in a rule or not', 'the activity goes to the old entity’s responsible'],
          ['Talked, a rule suits', 'entity and activity go to the one who took the call'],
          ['Talked, no rule suits', 'the activity goes to the one who spoke; the entity keeps its own'],
        ),
      ),
      part(
        'When entities exist: contact → company → lead / deal',
        table(
          ['There are', 'Responsible'],
          ['Contact, company, deal', 'the contact’s; when the deal is closed, the new one goes to the contact’s'],
          ['Company and deal', 'missed: the company’s; talked: who spoke'],
          ['Deal only', 'the deal’s'],
          ['Deal and contact', 'missed: the contact’s, the activity in both; talked: who spoke'],
          ['Lead, contact, deal, company', 'missed: the contact’s; talked: who spoke'],
          ['Lead and contact', 'missed: the contact’s; talked: the first or last who spoke'],
          ['Lead only', 'a new deal takes the lead’s; the activity goes to who spoke, or to the lead’s when missed'],
        ),
      ),
      remark('One who is dismissed or inactive never becomes responsible: the next in order is taken, and the journal tells why.'),
    ],
  },
  fields: {
    title: 'Extra fields',
    parts: [
      intro(text('Pass parameters of a communication into the card of a lead, deal, contact or company: the source, the campaign, UTM tags and more. Fields of the type “Text” are offered.')),
      part('Always update', list(
        'Off: fields are filled only when the connector itself created the entity.',
        'On: data are updated in the first entity found as well: contact, then company, then lead or deal.',
      )),
      part('First communication id', text('It gets the value call:{call_session_id}. It is written once and never changes.')),
      part('A mandatory field of the portal', text('When the portal requires a field and nobody fills it, creating the entity is refused. Add the field here, or make it optional in the portal.')),
    ],
  },
  chats: {
    title: 'Chats',
    parts: [
      intro(text('How conversations get into the CRM: which channels, what is created, for whom and at what stage. A chat becomes one comment that grows with the talk.')),
      part('Connection', steps('Connect the platform and its chats on the page “Portals”.', 'Synchronise the employees.', 'Switch “Chats” on and choose the channels.')),
      part('Primary and repeat', list(
        'Primary: nothing was found in the CRM by phone, email, account and earlier chats. What was chosen is created.',
        'Repeat: something was found. When there is an open lead or deal, no second one like it is created.',
        '“Priority of adding comments” matters when a repeat conversation makes an activity only, or nothing.',
      )),
      part('When the words are seen', list(
        '“Start of the chat”: the comment grows while people write; the portal is spared, so several messages may come together.',
        '“End of the chat”: the whole conversation at once after its end.',
        'When the chat is closed everything goes over, in order and once.',
      )),
      part('Without contacts', text('A chat waits until the customer leaves contacts. With “Create entities without contact data” every such chat creates a lead or a deal of its own.')),
    ],
  },
  offline: {
    title: 'Offline requests',
    parts: [
      intro(text('Requests left on the site when nobody was there. They are set like chats, and apart from them.')),
      part('Where they come from', text('Requests are read from the platform every few minutes. With the notification “Offline request” they come at once.')),
      part('How they differ from chats', list('There are no channels: the section processes all requests that the filter lets through.', 'A request goes over at once and whole.')),
    ],
  },
  lines: { title: 'Open lines', parts: later('Switching open lines on will be here. The lines and channels themselves are chosen in the portal: “Contact centre → OMNI”.') },
  employees: {
    title: 'Employees',
    parts: [
      intro(text('Which user of the portal an employee of the platform is. One who is not mapped sees no call card and never becomes responsible.')),
      part('How they are mapped', steps('By hand, which wins over everything else.', 'By e-mail.', 'By extension.', 'By phone.')),
      part('Synchronisation', list(
        '“Synchronise all employees”: both directories are read every 24 hours.',
        '“Employees to synchronise”: only these are mapped. Nobody chosen means all.',
        '“Import statuses”: every 20 minutes the status at the platform follows the working day in the portal.',
        'The button “Synchronise employees” reads them now.',
      )),
    ],
  },
  simulate: {
    title: 'Try on the past',
    parts: [
      intro(text('What would have been different for past calls under the settings that are on the pages now, not saved yet. Nothing is touched in the portal or at the platform.')),
      part('How to read it', list(
        'First, how many calls would be decided otherwise, and in what.',
        'For each call, the decision with its reasons: which rules suited, which did not and why.',
        'Try a rule with a filter before saving: you see which calls it concerns.',
      )),
    ],
  },
  limits: {
    title: 'Limits',
    parts: [
      intro(text('A portal limits how many requests it takes: requests left, the operating time of each method, the queue, and how fast cards are.')),
      part('What matters', list(
        'Cards go before everything else. When requests run out the rest waits and is not lost.',
        'A growing age of the queue tells that the portal cannot keep up: look for a large import or other integrations.',
      )),
    ],
  },
  jobs: {
    title: 'Jobs',
    parts: [
      intro(text('What is done by schedule and by order: when it runs next, how much is done, the last error.')),
      part('What there is', list(
        'Synchronisation of the portal’s and the platform’s directories: daily or by the button.',
        'Search for calls whose notifications did not arrive: every 10 minutes.',
        'Import of statuses: every 20 minutes.',
        'Import of past calls: by order, of at most a year. A call that the connector knows does not appear twice.',
      )),
    ],
  },
  versions: {
    title: 'Settings versions and who changed what',
    parts: [
      intro(text('Every save makes a version. You see who changed what and when; any version can be brought back.')),
      part('What you can do', list(
        'Compare two versions field by field.',
        'Bring an old one back: it becomes the next version. Calls already processed do not change.',
        'Download the settings as a file, without secrets, and load it into another portal: before saving you are told what is missing there.',
      )),
      part('Somebody saved before you', text('Your changes stay on the page and are not saved over theirs. Load the new version and make them again.')),
    ],
  },
  journal: {
    title: 'Journal',
    parts: [
      intro(text('Everything that came from the platform and the portal, and what became of it. The page keeps itself fresh.')),
      part('How to read a call', steps(
        'Came in: what the platform told.',
        'Known: what was known of the call and the customer.',
        'Decided: every decision with its rule and reason.',
        'Done: what was sent to the portal, with links to the records.',
        'Failed: refusals and repeats.',
      )),
      part('When the CRM does not have what you expect', list(
        '“The filter did not let it through”: the call does not meet “Filter calls”.',
        '“Creating is off”: “Create a lead/deal” is off.',
        '“Nobody to make responsible”: set the default responsibles.',
        'Double leads: switch off in the portal that it creates a lead of a call.',
      )),
    ],
  },
  letters: {
    title: 'Not delivered',
    parts: [
      intro(text('Refusals of the portal that repeating does not mend: a mandatory field, a deleted stage, missing permissions. Nothing is lost until you decide.')),
      part('What to do', steps(
        'Read the reason and the hint.',
        'Mend it in the portal: for example make the field optional.',
        'Press “Retry”: what was left out because of it is sent too.',
        'When it need not be sent, dismiss it and write why: the note stays.',
      )),
      remark('It is sent again as it was: changed settings are for the next calls.'),
    ],
  },
  tokens: {
    title: 'Tokens',
    parts: [
      intro(text('Access to the connector for people and programs. A token is shown once, when it is made: keep it at once.')),
      part('How to use them', list(
        'Name a token after whom it is given to: the name is seen in “Who changed what”.',
        'A read-only token is enough to read: settings cannot be saved with it.',
        'Lost it or gave it to the wrong person: revoke it, and it stops working at once.',
      )),
    ],
  },
  tenants: {
    title: 'Tenants',
    parts: [
      intro(text('The tenants of this installation. Each has portals, settings and a journal of its own, and sees no other tenant.')),
      part('What you can do', list(
        'Create one: its token and the secrets of notifications are shown once.',
        'Suspend one: its events are kept and wait.',
        'Delete one with everything it has. It cannot be undone, so it must be confirmed.',
      )),
    ],
  },
}
