/**
 * The door to payment gateways: what each of them is asked, whatever it speaks. Nothing here keeps or decides anything: a
 * gateway tells how a payment stands, and the rule of what follows from it is the orders' (funding/).
 */
export * from './terms.ts';
