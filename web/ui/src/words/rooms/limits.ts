import { words } from '..'

export default words(
  {
    tokens: 'Запросов можно отправить', tokensLeft: '{left} из {burst}', rate: 'Прибавляется {n} в секунду.', paused: 'Запросы приостановлены до {until}: {why}',
    requests: 'Запросы к порталу', requestsWhat: 'Портал принимает ограниченное число запросов. Карточки звонков идут первыми.', pausedTitle: 'Портал оставлен в покое до {until}',
    queue: 'Очередь', queueWhat: 'Что получено и ещё не решено, и что решено и ещё не отправлено.', events: 'Событий ждут решения', actions: 'Действий ждут отправки', oldest: 'самому старому {age}', empty: 'никто не ждёт',
    cards: 'Как быстро всплывает карточка', cardsWhat: 'От получения события до запроса, который показывает карточку, за последний час.', p50: 'Половина — не дольше', p95: '95 из 100 — не дольше', count: 'Карточек за час', noCards: 'За последний час карточек не было.',
    operating: 'Время работы методов', operatingWhat: 'Портал считает, сколько времени тратят методы за 10 минут, и при превышении {limit} отключает метод.', method: 'Метод', used: 'Потрачено', reset: 'Окно закончится', free: 'До {until} не вызываем', unknown: 'Ещё неизвестно: из этого процесса портал пока ни о чём не спрашивали.', none: 'За последние 10 минут ни один метод времени не тратил.',
  },
  {
    tokens: 'Requests that may be sent', tokensLeft: '{left} of {burst}', rate: '{n} come back each second.', paused: 'Requests are held back till {until}: {why}',
    requests: 'Requests to the portal', requestsWhat: 'The portal takes a limited number of requests. Call cards go first.', pausedTitle: 'The portal is left alone till {until}',
    queue: 'Queue', queueWhat: 'What was received and is not decided yet, and what is decided and not sent yet.', events: 'Events to be decided', actions: 'Actions to be sent', oldest: 'the oldest for {age}', empty: 'nothing waits',
    cards: 'How soon the card pops up', cardsWhat: 'From the receipt of an event to the request that shows the card, in the last hour.', p50: 'Half of them within', p95: '95 of 100 within', count: 'Cards in an hour', noCards: 'No cards in the last hour.',
    operating: 'Operating time of methods', operatingWhat: 'The portal counts how long methods work within 10 minutes, and turns a method off that exceeds {limit}.', method: 'Method', used: 'Used', reset: 'Window ends', free: 'Not called till {until}', unknown: 'Not known yet: this process has not asked the portal for anything.', none: 'No method used any time in the last 10 minutes.',
  },
)
