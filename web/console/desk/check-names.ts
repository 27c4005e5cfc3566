/** The audit's rules in Korean, by the name that the server gives them; a rule without one is told in English. */
export const checkNames: Readonly<Record<string, string>> = {
  'I2 ACTIVE tokens are counted exactly and within maxActive':
    '이용 중인 사람 수가 정확하고, 동시 입장 인원을 넘지 않아요',
  'I3 the numbers of a line are 1 to the last, each once': '대기 번호가 1부터 마지막까지 한 번씩만 있어요',
  'I3 nobody waits behind the head of the line unless passed over':
    '건너뛴 사람 말고는 대기 순서를 지나쳐 남은 사람이 없어요',
  'I3 fans are admitted in the order of their numbers': '번호 순서대로 입장했어요',
  'I7 a user has at most one live token per concert': '한 사람은 한 공연에 대기 순서 하나만 있어요',
  'I4 each movement is one transfer, into the wallet or out of it as its kind says':
    '거래마다 기록이 하나이고, 돈이 종류에 맞는 방향으로 움직였어요',
  'I4 each balance is the sum of its entries': '잔액이 거래의 합과 같아요',
  "I4 each entry's balance follows from the one before": '거래마다 적힌 잔액이 바로 앞 거래에서 이어져요',
  'I4 no balance is negative, at any time': '잔액이 음수가 된 적이 없어요',
  'I4 no top-up that is no order’s left more than a wallet may hold': '주문 없이 충전해서 잔액 한도를 넘은 적이 없어요',
  'I4 each payment took its amount from the wallet of its user, once':
    '결제마다 본인 지갑에서 그 금액이 한 번 나갔어요',
  'I6 what is remembered under a key happened, once, as the answer says':
    '키로 기억한 일은 응답한 그대로 한 번 일어났어요',
  'I6 what happened within a day is remembered under exactly one key': '하루 안에 일어난 일은 키 하나로 기억돼요',
  'I1 no seat is in two live reservations': '두 예매에 함께 들어 있는 좌석이 없어요',
  'I1 a sold seat belongs to a CONFIRMED reservation that keeps it':
    '판매된 좌석은 그 좌석을 가진 결제된 예매의 것이에요',
  'I1 no two sections of a performance read alike': '한 회차에 똑같이 읽히는 구역이 없어요',
  'I9 a held seat belongs to a HELD reservation that names it': '선점된 좌석은 그 좌석이 적힌 예매의 것이에요',
  'I9 a live hold has all its seats': '선점 중인 예매는 좌석을 모두 가지고 있어요',
  'I5 a CONFIRMED reservation has all the seats that it keeps': '결제된 예매는 취소하지 않은 좌석을 모두 가지고 있어요',
  'I5 a reservation is CONFIRMED if and only if it was paid for and a seat is kept, CANCELLED if none is':
    '결제했고 좌석이 남은 예매만 예매 완료 상태이고, 모두 취소한 예매는 취소 상태예요',
  'I5 a reservation and the place it was paid from are of the same user':
    '예매와 그 예매를 결제한 대기 순서가 같은 사람의 것이에요',
  'I5 an amount is the sum of the prices of its seats': '금액이 좌석 가격의 합과 같아요',
  'I5 the sales of a performance are what its seats and reservations say':
    '회차의 판매 수가 좌석과 예매로 센 것과 같아요',
  'I5 the changes of a performance that were counted are those of its seats':
    '회차에 적힌 변경 횟수가 좌석의 변경 횟수를 합한 것과 같아요',
  'I8 a fan has at most maxSeatsPerFan seats in a performance': '한 사람이 한 회차에 가진 좌석이 한도를 넘지 않아요',
  'I9 a hold is paid before it runs out': '선점 시간이 끝나기 전에 결제됐어요',
  'I9 a live hold is of a fan who is inside, and ends with the session at the latest':
    '선점은 이용 중인 사람의 것이고, 늦어도 이용 시간과 함께 끝나요',
  'I9 no hold outlasts the sale of its date': '회차의 판매가 끝난 뒤까지 남은 선점이 없어요',
  'I14 what was paid is the prices of the seats that are kept, and refunds and fees of the others':
    '결제한 금액이 남은 좌석의 가격에 취소한 좌석의 환불과 수수료를 더한 것과 같아요',
  'I14 a reservation names the seats that its cancellations gave back, each once and its own, and what they cost':
    '예매에 적힌 취소 좌석과 금액이 취소 기록과 같고, 두 번 취소한 좌석이 없어요',
  'I14 a cancellation is the prices of its seats less their fees, and has a compensation only as it was promised':
    '취소마다 좌석 가격이 환불과 수수료로 나뉘고, 보상금은 약속한 만큼만 있어요',
  'I14 each cancellation moved its refund and its compensation into the wallet of its fan, once, and no more than that away':
    '취소마다 환불과 보상금이 본인 지갑에 한 번 들어왔고, 출금은 환불을 넘지 않았어요',
  'I14 a date that was called off has refunded as many as it says, and all of them when it is done':
    '취소된 회차의 환불 건수가 기록과 같고, 끝났을 때 남은 좌석이 없어요',
  'I9 what decides whether a date can be held or paid is what the date is':
    '회차의 상태와 판매를 막는 표시가 서로 같아요',
  'I11 an order is PAID if and only if exactly one CHARGE of its amount names it':
    '결제된 충전 주문에는 그 금액의 충전 기록이 꼭 하나 있고, 다른 주문에는 없어요',
  'I11 an order is PAID if and only if exactly one payment is its own, of that moment':
    '결제된 충전 주문에는 그때의 결제가 꼭 하나 있고, 다른 주문에는 없어요',
  'I11 a CHARGE from a gateway names an order of that method': '결제로 들어온 충전마다 같은 결제 수단의 주문이 있어요',
  'I11 from where there is money in the wallets is written down': '지갑에 있는 돈의 출처가 모두 적혀 있어요',
  'I12 of each order, what was withdrawn and reversed never exceeds its amount':
    '출금하거나 결제사가 되돌린 금액이 주문 금액을 넘은 주문이 없어요',
  'I12 what an order says of its withdrawals and reversals is the sum of their parts and entries':
    '주문에 적힌 출금액과 되돌린 금액이 실제 기록의 합과 같아요',
  'I12 what a wallet owes is what its orders owe, and while it owes it holds nothing':
    '지갑의 미회수 금액이 주문의 미회수 금액을 합한 것과 같고, 미회수 금액이 있는 지갑은 비어 있어요',
  'I13 each withdrawal took its amount out of the wallet, and each part that failed brought its own back':
    '출금마다 그 금액이 지갑에서 나갔고, 보내지 못한 금액은 지갑으로 돌아왔어요',
  'I13 a withdrawal is the sum of its parts, all of its fan’s orders, and has ended as they have':
    '출금마다 본인 주문으로 나눈 금액의 합이 맞고, 상태가 나눈 건들과 같아요',
};
